import { useTranslations } from "use-intl";
import { useRecentTickets } from "../../hooks/useRecentTickets.ts";
import { useTicket } from "../../hooks/useTicket.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import { ErrorNote, Skeleton } from "../Shared/index.ts";
import { TicketGone } from "./TicketGone.tsx";
import { TicketPanes } from "./TicketPanes.tsx";

type Props = {
  ticketId: string;
  /** Go to the ticket behind this one: `e` resolves and calls it. */
  onNext?(): void;
};

/** A ticket as staff work it: the conversation, the composer, and everything beside them. */
export function TicketDetail({ ticketId, onNext }: Props) {
  const t = useTranslations("ticket");
  const { data: ticket, error, refetch } = useTicket(ticketId);
  useRecentTickets(ticketId);
  const problem = error ? toHelpdeskError(error) : null;
  if (problem?.reason === "ticket_not_found") return <TicketGone ticketId={ticketId} />;
  if (ticket) return <TicketPanes key={ticketId} ticket={ticket} onNext={onNext} />;
  return (
    <div className="flex flex-col gap-3 p-4" aria-busy={!problem} aria-label={t("loading")}>
      {problem
        ? <ErrorNote error={problem} onRetry={() => void refetch()} />
        : ["h-9", "h-24", "h-24", "h-24"].map((height, row) => <Skeleton key={row} className={`${height} w-full`} />)}
    </div>
  );
}
