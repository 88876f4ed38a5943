import { useTranslations } from "use-intl";
import type { Attachment } from "../../lib/models.ts";
import { FileList } from "../Conversation/FileList.tsx";
import { InlinePictures } from "../Conversation/InlinePictures.tsx";
import { Avatar, Markdown, Time } from "../Shared/index.ts";

type RequestMessageProps = {
  author: string;
  isMine: boolean;
  /** Written by the assistant, not by a person. */
  isAssistant?: boolean;
  at: string;
  body: string;
  isRedacted?: boolean;
  files: Attachment[];
};

/** A message of a request: the requester's own at the end of the line, answers at its start. */
export function RequestMessage({ author, isMine, isAssistant, at, body, isRedacted, files }: RequestMessageProps) {
  const t = useTranslations("portal");
  return (
    <article
      aria-label={t("messageOf", { name: isMine ? t("you") : author })}
      className={`flex max-w-full gap-3 sm:max-w-[85%] ${isMine ? "ms-auto" : ""}`}
    >
      {!isMine && <Avatar name={author} />}
      <div
        className={`min-w-0 rounded-lg border px-3.5 py-2.5 ${
          isMine ? "border-transparent bg-accent-soft" : "border-line bg-raised"
        }`}
      >
        <header className="mb-1 flex flex-wrap items-baseline gap-x-2 text-muted">
          <span className="font-medium text-default" dir="auto">{isMine ? t("you") : author}</span>
          {isAssistant && <span>{t("assistant")}</span>}
          <Time at={at} />
        </header>
        {isRedacted ? <p className="text-muted italic">{t("redacted")}</p> : body && (
          <InlinePictures files={files}>
            <Markdown text={body} />
          </InlinePictures>
        )}
        {files.length > 0 && <FileList files={files} />}
      </div>
    </article>
  );
}
