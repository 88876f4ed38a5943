import { Bot, Lock } from "lucide-react";
import { lazy, memo, Suspense, useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { TicketMail } from "../../lib/inboundMail.ts";
import type { Attachment } from "../../lib/models.ts";
import type { OutboundMail } from "../../lib/outboundMail.ts";
import type { MessageEntry, NoteEntry } from "../../lib/timeline.ts";
import { MailedTo } from "../Mail/MailedTo.tsx";
import { MailMark } from "../Mail/MailMark.tsx";
import { Avatar, Badge, Time } from "../Shared/index.ts";
import { EntryBody } from "./EntryBody.tsx";
import { FileList } from "./FileList.tsx";
import { InlinePictures } from "./InlinePictures.tsx";
import { MessageMenu } from "./MessageMenu.tsx";

const MailPanel = lazy(() => import("../Mail/MailPanel.tsx"));

type Props = {
  entry: MessageEntry | NoteEntry;
  /** The ticket on whose page it stands. */
  ticketId: string;
  files: Attachment[];
  isUnread: boolean;
  /** Whether it began as a draft of the assistant, and was edited. */
  drafted?: "whole" | "edited";
  /** The mail that it came as. */
  mail?: TicketMail;
  /** The mails that it became. */
  sent?: OutboundMail[];
};

/** A message or a note. A note is yellow, has a lock, and says that it is internal. Drawn anew only when it changes. */
export const Entry = memo(function Entry({ entry, ticketId, files, isUnread, drafted, mail, sent }: Props) {
  const t = useTranslations("ticket");
  const writing = useTranslations("writing");
  const nameId = useId();
  const panelId = useId();
  const [isMailOpen, setMailOpen] = useState(false);
  const isNote = entry.kind === "note";
  const isDescription = entry.kind === "message" && entry.isDescription === true;
  const isStaff = isNote || entry.authorKind !== "customer";
  const own = files.filter((file) =>
    isDescription
      ? file.placement === "ticket" && file.ticket_id === entry.ticketId
      : (isNote ? file.note_id : file.message_id) === entry.id
  );
  return (
    <article
      data-entry
      data-kind={entry.kind}
      data-message-id={entry.kind === "message" && !isDescription ? entry.id : undefined}
      data-unread={isUnread || undefined}
      tabIndex={isUnread ? -1 : undefined}
      aria-labelledby={nameId}
      className={`group flex scroll-my-4 gap-3 [contain-intrinsic-size:auto_8rem] [content-visibility:auto] rounded-lg border px-3 py-2.5 ${
        isNote
          ? "border-note bg-note"
          : isStaff
          ? "border-line border-s-3 border-s-accent bg-surface"
          : "border-line bg-raised"
      } ${isUnread ? "outline-2 outline-offset-1 outline-accent" : ""}`}
    >
      <Avatar name={entry.authorName} />
      <div className="min-w-0 flex-1">
        <header id={nameId} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className="font-medium" dir="auto">{entry.authorName || t("system")}</span>
          {isNote && (
            <span className="flex items-center gap-1 text-xs font-semibold text-note">
              <Lock aria-hidden size={12} />
              {writing("internal")}
            </span>
          )}
          {(drafted || (entry.kind === "message" && entry.authorKind === "assistant")) && (
            <Badge tone="accent">
              <Bot aria-hidden size={12} className="me-1 inline" />
              {t(drafted ? `drafted.${drafted}` : "byAssistant")}
            </Badge>
          )}
          {isDescription && <span className="text-xs text-subtle">{t("description")}</span>}
          {isUnread && <Badge tone="accent">{t("newMessage")}</Badge>}
          <span className="text-xs text-subtle">
            <Time at={entry.at} />
          </span>
          {entry.ticketId !== ticketId && <span className="text-xs text-subtle">{t("fromTicket")}</span>}
          {mail && <MailMark mail={mail} panelId={panelId} isOpen={isMailOpen} onToggle={setMailOpen} />}
          <span className="flex-1" />
          {entry.kind === "message" && !isDescription && <MessageMenu message={entry} ticketId={ticketId} />}
        </header>
        {entry.kind === "message" && entry.redactedAt
          ? <p className="mt-1 italic text-muted">{t("redacted")}</p>
          : (
            <InlinePictures files={own}>
              <EntryBody text={entry.body} quotedFrom={isNote ? null : mail?.trimmed_from ?? null} />
            </InlinePictures>
          )}
        {own.length > 0 && <FileList files={own} />}
        {sent && <MailedTo mails={sent} />}
        {mail && isMailOpen && (
          <Suspense fallback={null}>
            <MailPanel mail={mail} id={panelId} />
          </Suspense>
        )}
      </div>
    </article>
  );
});
