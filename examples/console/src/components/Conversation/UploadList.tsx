import { FileText, RotateCw, X } from "lucide-react";
import { useTranslations } from "use-intl";
import type { DraftUpload, useUploads } from "../../hooks/useUploads.ts";
import type { Refusal, UploadLimits } from "../../lib/uploads.ts";
import { IconButton } from "../Shared/index.ts";

type Files = Pick<ReturnType<typeof useUploads>, "files" | "remove" | "retry">;

/** The files of a draft: how far each is, and what failed. */
export function UploadList({ uploads: { files, remove, retry } }: { uploads: Files }) {
  const t = useTranslations("writing");
  if (files.length === 0) return null;
  const failed = files.filter(({ state }) => state === "failed").length;
  return (
    <div className="px-3 pb-2">
      <ul aria-label={t("files")} className="flex flex-wrap gap-2">
        {files.map((file) => (
          <li
            key={file.id}
            className="relative flex max-w-full items-center gap-2 overflow-hidden rounded-md border border-line bg-surface ps-2 text-xs"
          >
            <FileText aria-hidden size={14} className="shrink-0 text-subtle" />
            <span className="truncate" dir="auto">{file.name}</span>
            <State file={file} />
            {file.state === "uploading" && (
              <progress
                aria-label={file.name}
                value={file.share}
                className="absolute inset-x-0 bottom-0 h-0.5 w-full accent-[var(--accent)]"
              />
            )}
            {file.state === "failed" && (
              <IconButton
                label={t("retryFile", { name: file.name })}
                icon={RotateCw}
                size="small"
                onClick={() => retry(file.id)}
              />
            )}
            <IconButton
              label={t("removeFile", { name: file.name })}
              icon={X}
              size="small"
              onClick={() => remove(file.id)}
            />
          </li>
        ))}
      </ul>
      {failed > 0 && <p role="alert" className="mt-1 text-danger">{t("failedFiles", { count: failed })}</p>}
    </div>
  );
}

function State({ file: { state, share, problem } }: { file: DraftUpload }) {
  const t = useTranslations("writing");
  if (state === "waiting") return <span className="text-muted">{t("fileWaiting")}</span>;
  if (state === "uploading") return <span className="text-muted">{t("uploading", { share })}</span>;
  if (state === "ready") return <span className="text-success">{t("fileReady")}</span>;
  const why = problem?.reason === "attachment_not_ready"
    ? t("fileInterrupted")
    : problem?.reason === "attachment_rejected"
    ? t("fileRejected")
    : t("fileFailed", { why: problem?.message || t("noConnection") });
  return <span className="text-danger" role="alert">{why}</span>;
}

type RefusalsProps = { refused: Refusal[]; limits: UploadLimits | null };

/** Why files were not taken: a sentence for each reason. */
export function Refusals({ refused, limits }: RefusalsProps) {
  const t = useTranslations("writing");
  const reasons = [...new Set(refused.map(({ reason }) => reason))];
  if (reasons.length === 0 || !limits) return null;
  return (
    <ul role="alert" className="mx-3 mb-2 rounded-md bg-warning-soft px-3 py-2">
      {reasons.map((reason) => {
        const files = refused.filter((one) => one.reason === reason);
        const max = reason === "too_large" ? Math.floor(limits.maxBytes / 1024 / 1024) : limits.maxFiles;
        return <li key={reason}>{t(`refused.${reason}`, { count: files.length, name: files[0]!.name, max })}</li>;
      })}
    </ul>
  );
}
