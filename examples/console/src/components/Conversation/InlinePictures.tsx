import { type ReactNode, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { findPicture, usePicture } from "../../hooks/usePicture.ts";
import type { Attachment } from "../../lib/models.ts";
import { Pictures } from "../Shared/index.ts";
import { useSaveFile } from "./useSaveFile.ts";

/** Texts inside show the pictures among these files where they name them: `![plan](attachment:plan.png)`. */
export function InlinePictures({ files, children }: { files: Attachment[]; children: ReactNode }) {
  const draw = useMemo(() => (name: string) => {
    const file = findPicture(files, name);
    return file ? <Picture key={file.attachment_id} file={file} /> : null;
  }, [files]);
  return <Pictures value={draw}>{children}</Pictures>;
}

/** Its height is the same before and after it is there: what is below does not jump. */
function Picture({ file }: { file: Attachment }) {
  const { address, problem } = usePicture(file);
  const [isBroken, setBroken] = useState(false);
  if (problem !== null || isBroken) return <NoPicture file={file} problem={isBroken ? null : problem} />;
  return (
    <span className="my-1 block h-60 max-w-full">
      {address && (
        <img
          src={address}
          alt={file.file_name}
          referrerPolicy="no-referrer"
          onError={() => setBroken(true)}
          className="h-full max-w-full rounded-md border border-line object-contain"
        />
      )}
    </span>
  );
}

/** The file by its name, to save it, and why its picture is not here. */
function NoPicture({ file, problem }: { file: Attachment; problem: string | null }) {
  const t = useTranslations("writing");
  const save = useSaveFile();
  return (
    <span className="my-1 block text-xs">
      <button
        type="button"
        dir="auto"
        aria-label={t("file.download", { name: file.file_name })}
        onClick={() => save(file)}
        className="break-all text-accent underline"
      >
        {file.file_name}
      </button>{" "}
      <span className="text-muted">{t("file.notShown", { reason: problem || t("file.notDrawn") })}</span>
    </span>
  );
}
