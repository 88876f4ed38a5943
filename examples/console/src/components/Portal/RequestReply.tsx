import { type Ref, useImperativeHandle, useRef } from "react";
import { useTranslations } from "use-intl";
import { useDraft } from "../../hooks/useDraft.ts";
import { useReplyOutbox } from "../../hooks/useOutbox.ts";
import { useUploads } from "../../hooks/useUploads.ts";
import { MAX_BODY } from "../../lib/composing.ts";
import type { Ticket } from "../../lib/models.ts";
import { stateOf } from "../../lib/requests.ts";
import { Editor, type TextHandle } from "../Conversation/Editor.tsx";
import { Button } from "../Shared/index.ts";

export type ReplyHandle = { edit(): void };
type RequestReplyProps = { request: Ticket; ref?: Ref<ReplyHandle> };

/** Where the requester answers. What is typed is kept on this device until it is sent. */
export function RequestReply({ request: { ticket_id: ticketId, status }, ref }: RequestReplyProps) {
  const t = useTranslations("portal");
  const { key, draft, isRead, change, save, problem } = useDraft(ticketId, "reply");
  const { entries, send, takeBack } = useReplyOutbox(ticketId);
  const uploads = useUploads(ticketId, "message", draft, change);
  const editor = useRef<TextHandle>(null);
  const isOnItsWay = entries.length > 0;
  const edit = async () => {
    for (const entry of entries) await takeBack(entry, key);
    editor.current?.focus();
  };
  useImperativeHandle(ref, () => ({ edit: () => void edit() }));
  const hasFailed = uploads.files.some(({ state }) => state === "failed");
  const canSend = isRead && draft.text.trim() !== "" && draft.text.length <= MAX_BODY && !isOnItsWay &&
    !uploads.isUploading && !hasFailed;
  const submit = () => {
    if (!canSend) return;
    save();
    const item = { id: draft.id, ticketId, body: draft.text, seen: null, status: null, files: uploads.readyIds };
    send(item, key, 0);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-2"
    >
      {stateOf(status) === "done" && <p className="text-muted">{t("replyReopens")}</p>}
      <div inert={isOnItsWay} className={isOnItsWay ? "opacity-60" : ""}>
        <Editor
          kind="reply"
          ref={editor}
          label={t("writeReply")}
          text={isOnItsWay ? "" : draft.text}
          isBusy={!isRead}
          onText={(text) => change({ text })}
          uploads={isOnItsWay ? { ...uploads, files: [] } : uploads}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit();
          }}
          footer={
            <>
              <span className="flex-1 text-subtle">
                {problem ? t("draftNotKept") : draft.text.trim() && !isOnItsWay ? t("draftKept") : ""}
              </span>
              <Button type="submit" variant="primary" isDisabled={!canSend}>{t("send")}</Button>
            </>
          }
        />
      </div>
    </form>
  );
}
