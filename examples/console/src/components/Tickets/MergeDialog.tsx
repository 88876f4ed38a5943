import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useTicket } from "../../hooks/useTicket.ts";
import { useConversationActions } from "../../hooks/useTicketRelations.ts";
import { useTimeline } from "../../hooks/useTimeline.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { Button, Checkbox, Dialog, ErrorNote, Skeleton, Time } from "../Shared/index.ts";
import { TicketFinder } from "./TicketFinder.tsx";

type Props = { ticket: TicketDetails; targetId?: string; onClose(): void };

/** Merges the ticket into another one, after a look at it. */
export function MergeDialog({ ticket, targetId, onClose }: Props) {
  const t = useTranslations("ticket");
  const navigate = useNavigate();
  const { merge } = useConversationActions(ticket.ticket_id);
  const [chosenId, setChosenId] = useState(targetId ?? null);
  const [isSure, setSure] = useState(false);
  const { data: target } = useTicket(chosenId ?? ticket.ticket_id);
  const isOther = chosenId !== null && target !== undefined && target.created_by !== ticket.created_by;
  const save = async () => {
    const done = await merge.run({ targetId: chosenId!, otherRequester: isOther && isSure });
    if (!done) return;
    onClose();
    await navigate({ to: "/tickets/$ticketId", params: { ticketId: chosenId! } });
  };
  return (
    <Dialog
      title={t("mergeTitle", { number: ticket.number })}
      isOpen
      isWide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            variant="primary"
            isDisabled={!chosenId || !target || (isOther && !isSure)}
            isBusy={merge.isBusy}
            onClick={save}
          >
            {chosenId && target ? t("mergeInto", { number: target.number }) : t("merge")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{t("mergeHint", { number: ticket.number })}</p>
        <TicketFinder
          besides={ticket.ticket_id}
          chosen={chosenId ? target ?? null : null}
          onChoose={({ ticket_id }) => {
            setChosenId(ticket_id);
            setSure(false);
          }}
        />
        {chosenId && target && <Preview ticket={target} />}
        {isOther && (
          <Checkbox
            label={t("mergeOther", { name: target.requester?.name || target.requester?.email || "" })}
            isChecked={isSure}
            onChange={setSure}
          />
        )}
        {merge.problem && <ErrorNote error={merge.problem} />}
      </div>
    </Dialog>
  );
}

/** The newest messages of a ticket, short. */
function Preview({ ticket }: { ticket: TicketDetails }) {
  const t = useTranslations("ticket");
  const { entries, isPending } = useTimeline(ticket.ticket_id);
  const messages = entries.filter((entry) => entry.kind === "message").slice(-3);
  return (
    <section aria-label={t("mergePreview", { number: ticket.number })} className="rounded-md border border-line p-3">
      <h3 className="font-medium" dir="auto">#{ticket.number} {ticket.title}</h3>
      {isPending && <Skeleton className="mt-2 h-16 w-full" />}
      {ticket.description !== "" && (
        <p className="mt-1 line-clamp-3 text-muted wrap-anywhere" dir="auto">{ticket.description}</p>
      )}
      <ul className="mt-2 flex flex-col gap-2 empty:hidden">
        {messages.map((message) => (
          <li key={message.id} className="border-s-2 border-line ps-2">
            <p className="text-xs text-subtle" dir="auto">
              {message.authorName} · <Time at={message.at} />
            </p>
            <p className="line-clamp-2 wrap-anywhere" dir="auto">{message.body}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
