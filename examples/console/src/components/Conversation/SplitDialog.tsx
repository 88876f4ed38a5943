import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useConversationActions } from "../../hooks/useTicketRelations.ts";
import type { MessageEntry } from "../../lib/timeline.ts";
import { Button, Dialog, ErrorNote, TextField, useToast } from "../Shared/index.ts";

type Props = { message: MessageEntry; ticketId: string; onClose(): void };

/** Makes a ticket of its own from a message. */
export function SplitDialog({ message, ticketId, onClose }: Props) {
  const t = useTranslations("ticket");
  const { toast } = useToast();
  const navigate = useNavigate();
  const { split } = useConversationActions(ticketId);
  const [title, setTitle] = useState(() => message.body.split("\n")[0]!.slice(0, 120));
  const save = async () => {
    const made = await split.run({ messageId: message.id, title });
    if (!made) return;
    onClose();
    const { ticket_id: newTicketId, number } = made.value;
    toast({
      kind: "success",
      title: t("splitDone", { number }),
      action: {
        label: t("open"),
        run: () => void navigate({ to: "/tickets/$ticketId", params: { ticketId: newTicketId } }),
      },
    });
  };
  return (
    <Dialog
      title={t("splitTitle")}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" isBusy={split.isBusy} isDisabled={title.trim() === ""} onClick={save}>
            {t("splitTitle")}
          </Button>
        </>
      }
    >
      <p className="mb-3 text-muted">{t("splitHint")}</p>
      <TextField label={t("splitName")} value={title} onChange={setTitle} maxLength={300} autoFocus />
      {split.problem && (
        <div className="mt-3">
          <ErrorNote error={split.problem} />
        </div>
      )}
    </Dialog>
  );
}
