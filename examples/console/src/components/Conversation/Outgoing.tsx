import { CircleAlert, CloudOff, Lock, Send } from "lucide-react";
import { useTranslations } from "use-intl";
import { useNoteOutbox, useReplyOutbox } from "../../hooks/useOutbox.ts";
import type { OutboxEntry, Outgoing } from "../../lib/outbox.ts";
import { Button, ErrorNote, Markdown } from "../Shared/index.ts";

type Props = {
  ticketId: string;
  /** What the conversation has: a message may be announced before its sender has the answer. */
  written: { id: string }[];
  onEdit(): void;
};

/** Replies that are not in the conversation yet: they wait, are on their way, or were refused. */
export function OutgoingReplies({ ticketId, written, onEdit }: Props) {
  const { entries, retry } = useReplyOutbox(ticketId);
  return without(written, entries).map((entry) => (
    <OutgoingBubble
      key={entry.item.id}
      entry={entry}
      isNote={false}
      onRetry={() => retry(entry.item.id)}
      onEdit={onEdit}
    />
  ));
}

/** Notes that are not saved yet. */
export function OutgoingNotes({ ticketId, written, onEdit }: Props) {
  const { entries, retry } = useNoteOutbox(ticketId);
  return without(written, entries).map((entry) => (
    <OutgoingBubble
      key={entry.item.id}
      entry={entry}
      isNote
      onRetry={() => retry(entry.item.id)}
      onEdit={onEdit}
    />
  ));
}

function without<Item extends Outgoing>(written: { id: string }[], entries: OutboxEntry<Item>[]) {
  return entries.filter(({ item }) => !written.some(({ id }) => id === item.id));
}

type BubbleProps = { entry: OutboxEntry<Outgoing>; isNote: boolean; onRetry(): void; onEdit(): void };

function OutgoingBubble({ entry: { item, state, problem }, isNote, onRetry, onEdit }: BubbleProps) {
  const t = useTranslations("writing");
  const isStuck = state === "failed" || state === "waiting";
  const label = isStuck ? (isNote ? t("notSentNote") : t("notSent")) : t("onTheWay");
  const Icon = state === "failed" ? CircleAlert : state === "waiting" ? CloudOff : isNote ? Lock : Send;
  return (
    <article
      aria-label={label}
      data-outgoing={state}
      className={`rounded-lg border border-dashed px-3 py-2.5 ${
        isNote ? "border-note bg-note" : "border-strong bg-accent-soft"
      }`}
    >
      <header className={`flex items-center gap-2 text-xs font-semibold ${isNote ? "text-note" : "text-accent"}`}>
        <Icon aria-hidden size={14} />
        {isNote && t("internal")}
        <span>{label}</span>
      </header>
      <div className="mt-1 wrap-anywhere" dir="auto">
        <Markdown text={item.body} />
      </div>
      {state === "waiting" && <p className="mt-2 text-muted">{t("waiting")}</p>}
      {state === "failed" && problem && (
        <div className="mt-2">
          <ErrorNote error={problem} />
        </div>
      )}
      {isStuck && (
        <div className="mt-2 flex gap-2">
          <Button size="small" onClick={onRetry}>{t("retry")}</Button>
          <Button size="small" variant="ghost" onClick={onEdit}>{t("edit")}</Button>
        </div>
      )}
    </article>
  );
}
