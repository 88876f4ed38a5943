import { useFormatter, useTranslations } from "use-intl";
import { useTicketsOf } from "../../hooks/useTicket.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { Avatar } from "../Shared/index.ts";
import { TicketLine } from "./TicketLine.tsx";

/** Who asks: name, address, since when, and their other tickets. */
export function RequesterCard({ ticket }: { ticket: TicketDetails }) {
  const t = useTranslations("ticket");
  const format = useFormatter();
  const { data: tickets } = useTicketsOf(ticket.created_by);
  const others = (tickets ?? []).filter(({ ticket_id }) => ticket_id !== ticket.ticket_id).slice(0, 5);
  const { requester } = ticket;
  return (
    <div className="flex flex-col gap-2">
      {requester && (
        <div className="flex items-center gap-3">
          <Avatar name={requester.name || requester.email || "?"} />
          <div className="min-w-0">
            <p className="truncate font-medium" dir="auto">{requester.name || requester.email}</p>
            {requester.email && <p className="truncate text-xs text-muted select-all">{requester.email}</p>}
            <p className="text-xs text-subtle">
              {t("since", { date: format.dateTime(new Date(requester.created_at), { dateStyle: "medium" }) })}
            </p>
          </div>
        </div>
      )}
      <h3 className="text-xs font-medium text-muted">{t("otherTickets")}</h3>
      {others.length === 0 && tickets
        ? <p className="text-xs text-subtle">{t("noOtherTickets")}</p>
        : <ul className="-mx-1.5">{others.map((other) => <TicketLine key={other.ticket_id} ticket={other} />)}</ul>}
    </div>
  );
}
