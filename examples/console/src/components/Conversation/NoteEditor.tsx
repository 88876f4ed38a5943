import { Lock } from "lucide-react";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { useTranslations } from "use-intl";
import type { useDraft } from "../../hooks/useDraft.ts";
import { useNoteOutbox } from "../../hooks/useOutbox.ts";
import { useUploads } from "../../hooks/useUploads.ts";
import { MAX_BODY } from "../../lib/composing.ts";
import { newId } from "../../lib/ids.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { Button, useToast } from "../Shared/index.ts";
import { DraftNote } from "./DraftNote.tsx";
import { Editor, type EditorHandle, type TextHandle } from "./Editor.tsx";
import { OutgoingBar } from "./OutgoingBar.tsx";

type Props = {
  ticket: TicketDetails;
  name: string;
  draft: ReturnType<typeof useDraft>;
  onTyping(kind: "note" | null): void;
  ref?: Ref<EditorHandle>;
};

/** Writes an internal note. */
export function NoteEditor({ ticket, name, draft: kept, onTyping, ref }: Props) {
  const t = useTranslations("composer");
  const { toast } = useToast();
  const { key, draft, isRead, change, save, problem } = kept;
  const { entries: [entry], send, takeBack, retry } = useNoteOutbox(ticket.ticket_id);
  const uploads = useUploads(ticket.ticket_id, "note", draft, change);
  const area = useRef<TextHandle>(null);

  const isKnown = entry?.state === "failed" && entry.problem?.reason === "id_conflict";
  useEffect(() => {
    if (!entry || !isKnown) return;
    void takeBack({ ...entry, attempts: 0 }, key);
    change({ id: newId() });
    toast({ title: t("conflictId") });
  }, [entry, isKnown, takeBack, key, change, toast, t]);

  const edit = async () => {
    if (!entry) return area.current?.focus();
    if (!await takeBack(entry, key)) toast({ title: t("wasSent") });
    else requestAnimationFrame(() => area.current?.focus());
  };
  useImperativeHandle(ref, () => ({
    kind: "note" as const,
    focus: () => area.current?.focus(),
    insert: () => {},
    edit: () => void edit(),
    undo: () => false,
  }));
  if (entry) return <OutgoingBar entry={entry} isNote name={name} onRetry={() => retry(entry.item.id)} onEdit={edit} />;

  const hasFailed = uploads.files.some(({ state }) => state === "failed");
  const isReady = isRead && draft.text.trim() !== "" && draft.text.length <= MAX_BODY && !uploads.isUploading &&
    !hasFailed;
  const submit = () => {
    if (!isReady) return;
    save();
    send({ id: draft.id, ticketId: ticket.ticket_id, body: draft.text, files: uploads.readyIds }, key, 0);
    onTyping(null);
  };
  return (
    <Editor
      ref={area}
      kind="note"
      label={t("noteText", { name })}
      text={draft.text}
      isBusy={!isRead}
      onText={(text) => {
        change({ text });
        onTyping(text.trim() === "" ? null : "note");
      }}
      uploads={uploads}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        submit();
      }}
      footer={
        <>
          <DraftNote draft={draft} problem={problem} hint={t("noteHint", { name })} />
          <Button
            icon={Lock}
            isDisabled={!isReady}
            title={uploads.isUploading ? t("waitForFiles") : undefined}
            onClick={submit}
          >
            {t("addNote")}
          </Button>
        </>
      }
    />
  );
}
