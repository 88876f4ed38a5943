import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { usePreferences } from "../../contexts/PreferencesContext.tsx";
import type { useDraft } from "../../hooks/useDraft.ts";
import { useReplyOutbox } from "../../hooks/useOutbox.ts";
import { useUploads } from "../../hooks/useUploads.ts";
import { hasMention, MAX_BODY } from "../../lib/composing.ts";
import { newId } from "../../lib/ids.ts";
import type { Status, TicketDetails } from "../../lib/models.ts";
import { Button, useToast } from "../Shared/index.ts";
import { DraftNote } from "./DraftNote.tsx";
import { Editor, type EditorHandle, type TextHandle } from "./Editor.tsx";
import { OutgoingBar } from "./OutgoingBar.tsx";
import { SendButton } from "./SendButton.tsx";

/** What the person has read, and what came while they wrote. */
export type Reading = {
  /** The newest message that a reply would be an answer to. */
  seen: string | null;
  /** How many messages came since a reply was refused; null when none was. */
  unread: number | null;
  /** A reply was refused: up to which message the person had read then. null ends it. */
  onMoved(readUpTo: { id: string | null } | null): void;
  onShowUnread(): void;
};
type Props = {
  ticket: TicketDetails;
  name: string;
  draft: ReturnType<typeof useDraft>;
  reading: Reading;
  onTyping(kind: "reply" | null): void;
  onMoveToNote(text: string): void;
  ref?: Ref<EditorHandle>;
};

/** Writes a reply to the requester. */
export function ReplyEditor({ ticket, name, draft: kept, reading, onTyping, onMoveToNote, ref }: Props) {
  const t = useTranslations("composer");
  const { toast } = useToast();
  const { undoSeconds } = usePreferences();
  const { key, draft, isRead, change, save, problem } = kept;
  const { entries: [entry], send, takeBack, retry } = useReplyOutbox(ticket.ticket_id);
  const uploads = useUploads(ticket.ticket_id, "message", draft, change);
  const area = useRef<TextHandle>(null);
  const [isResend, setResend] = useState(false);
  const { onMoved } = reading;

  // A refusal that the person can act on opens the editor again, with everything that was in it.
  const refused = entry?.state === "failed" ? entry.problem?.reason : null;
  useEffect(() => {
    if (!entry || (refused !== "conversation_moved" && refused !== "id_conflict")) return;
    void takeBack({ ...entry, attempts: 0 }, key);
    if (refused === "conversation_moved") onMoved({ id: entry.item.seen });
    else {
      change({ id: newId() });
      setResend(true);
    }
  }, [entry, refused, takeBack, key, onMoved, change]);

  const edit = async () => {
    if (!entry) return area.current?.focus();
    if (!await takeBack(entry, key)) toast({ title: t("wasSent") });
    else requestAnimationFrame(() => area.current?.focus());
  };
  useImperativeHandle(ref, () => ({
    kind: "reply" as const,
    focus: () => area.current?.focus(),
    insert: (text) => entry ? undefined : area.current?.insert(text),
    edit: () => void edit(),
    undo() {
      if (entry?.state !== "holding") return false;
      void edit();
      return true;
    },
  }));
  if (entry) return <OutgoingBar entry={entry} name={name} onRetry={() => retry(entry.item.id)} onEdit={edit} />;

  const hasFailed = uploads.files.some(({ state }) => state === "failed");
  const isReady = isRead && draft.text.trim() !== "" && draft.text.length <= MAX_BODY && !uploads.isUploading &&
    !hasFailed;
  const submit = (status: Status | null) => {
    if (!isReady) return;
    save();
    const { ticket_id: ticketId, channel } = ticket;
    const { id, text: body, proposal } = draft;
    send(
      { id, ticketId, body, seen: reading.seen, status, files: uploads.readyIds, proposal },
      key,
      channel === "chat" ? 0 : undoSeconds,
    );
    setResend(false);
    onMoved(null);
    onTyping(null);
  };
  // A closed ticket takes a reply of staff only together with opening it.
  const standard = ticket.status === "closed" ? "open" : null;
  const keepMention = () => {
    change({ mentionAsked: true });
    // The button goes: what is typed next is text, no shortcut.
    area.current?.focus();
  };
  const asksAboutMention = !draft.mentionAsked && hasMention(draft.text);
  return (
    <>
      {reading.unread !== null && (
        <p role="alert" className="flex flex-wrap items-center gap-2 bg-warning-soft px-3 py-2">
          <span className="min-w-0 flex-1">{t("moved", { count: reading.unread })}</span>
          <Button size="small" onClick={reading.onShowUnread}>{t("readThese")}</Button>
        </p>
      )}
      {isResend && <p role="alert" className="bg-warning-soft px-3 py-2">{t("conflictId")}</p>}
      {asksAboutMention && (
        <div role="alert" className="flex flex-wrap items-center gap-2 bg-warning-soft px-3 py-2">
          <span className="min-w-0 flex-1 basis-60">{t("mention", { name })}</span>
          <Button size="small" onClick={() => onMoveToNote(draft.text)}>{t("mentionMove")}</Button>
          <Button size="small" variant="ghost" onClick={keepMention}>
            {t("mentionKeep")}
          </Button>
        </div>
      )}
      <Editor
        ref={area}
        kind="reply"
        label={t("replyText", { name })}
        text={draft.text}
        isBusy={!isRead}
        onText={(text) => {
          change({ text });
          onTyping(text.trim() === "" ? null : "reply");
        }}
        uploads={uploads}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          submit(event.shiftKey && !standard ? "pending" : standard);
        }}
        footer={
          <>
            <DraftNote draft={draft} problem={problem} hint={t("replyHint", { name })} />
            <SendButton
              ticket={ticket}
              label={reading.unread !== null ? t("sendAnyway") : t(standard ? "sendReopen" : "send", { name })}
              why={uploads.isUploading ? t("waitForFiles") : undefined}
              isReady={isReady}
              onSend={(status) => submit(status ?? standard)}
            />
          </>
        }
      />
    </>
  );
}
