import { FileText, Paperclip, X } from "lucide-react";
import { useRef } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { DraftFile } from "../../lib/drafts.ts";
import type { Refusal, UploadLimits } from "../../lib/uploads.ts";
import { Refusals } from "../Conversation/UploadList.tsx";
import { Button, IconButton } from "../Shared/index.ts";

type ChosenFilesProps = {
  files: readonly DraftFile[];
  refused: Refusal[];
  limits: UploadLimits | null;
  add(files: readonly File[]): void;
  remove(id: string): void;
};

/** The files that go with a new request once it is there. */
export function ChosenFiles({ files, refused, limits, add, remove }: ChosenFilesProps) {
  const t = useTranslations("portal");
  const writing = useTranslations("writing");
  const format = useFormatter();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className="flex flex-col items-start gap-2">
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          add([...event.target.files ?? []]);
          event.target.value = "";
        }}
      />
      <Button icon={Paperclip} isDisabled={!limits} onClick={() => picker.current?.click()}>
        {writing("attach")}
      </Button>
      <Refusals refused={refused} limits={limits} />
      {files.length > 0 && (
        <ul aria-label={writing("files")} className="flex flex-wrap gap-2">
          {files.map((file) => (
            <li key={file.id} className="flex max-w-full items-center gap-2 rounded-md border border-line ps-2">
              <FileText aria-hidden size={14} className="shrink-0 text-subtle" />
              <span className="truncate" dir="auto">{file.name}</span>
              <span className="shrink-0 text-subtle">{format.number(Math.ceil(file.size / 1024))} kB</span>
              <IconButton
                label={writing("removeFile", { name: file.name })}
                icon={X}
                size="small"
                onClick={() =>
                  remove(file.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {files.length > 0 && <p className="text-muted">{t("filesGo")}</p>}
    </div>
  );
}
