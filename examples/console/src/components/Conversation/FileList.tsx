import { Download, FileText, FileX } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Attachment } from "../../lib/models.ts";
import { useSaveFile } from "./useSaveFile.ts";

/** The files of a message or note. A click saves one; only pictures that a text names are shown in the page. */
export function FileList({ files }: { files: Attachment[] }) {
  const t = useTranslations("writing");
  const format = useFormatter();
  const save = useSaveFile();
  return (
    <ul className="mt-2 flex flex-wrap gap-2">
      {files.map((file) => {
        const isThere = file.state === "clean" || file.state === "unchecked";
        const Icon = isThere ? FileText : FileX;
        return (
          <li
            key={file.attachment_id}
            className="flex max-w-full items-center gap-2 rounded-md border border-line bg-surface px-2 py-1 text-xs"
          >
            <Icon aria-hidden size={14} className="shrink-0 text-subtle" />
            {file.state === "deleted" ? <span className="text-muted">{t("file.deleted")}</span> : (
              <>
                <span className="truncate" dir="auto">{file.file_name}</span>
                <span className="shrink-0 text-subtle">{format.number(Math.ceil(file.size / 1024))} kB</span>
              </>
            )}
            {file.state === "uploaded" && <span className="text-muted">{t("file.checking")}</span>}
            {file.state === "rejected" && (
              <span className="text-danger">{t("file.rejected", { reason: file.reason ?? "" })}</span>
            )}
            {isThere && (
              <button
                type="button"
                aria-label={t("file.download", { name: file.file_name })}
                onClick={() => save(file)}
                className="grid size-[24px] place-items-center rounded hover:bg-hover"
              >
                <Download aria-hidden size={14} />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
