import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Status } from "../../lib/models.ts";
import { StatusBadge } from "../Shared/index.ts";

type Props = {
  ticket: { ticket_id: string; number: number; title: string; status: string };
  children?: ReactNode;
};

/** Another ticket in one line: number, title, status; `children` stand below. */
export function TicketLine({ ticket, children }: Props) {
  return (
    <li className="flex items-start gap-2 rounded-md px-1.5 py-1 hover:bg-hover">
      <div className="min-w-0 flex-1">
        <Link
          to="/tickets/$ticketId"
          params={{ ticketId: ticket.ticket_id }}
          className="flex min-h-[24px] items-center gap-1.5 hover:underline"
        >
          <span className="shrink-0 text-subtle">#{ticket.number}</span>
          <span className="truncate" dir="auto">{ticket.title}</span>
        </Link>
        {children}
      </div>
      <StatusBadge status={ticket.status as Status} />
    </li>
  );
}
