import { Link } from "@tanstack/react-router";
import type { Ticket } from "../../lib/models.ts";

/** A ticket by number and title. */
export function TicketLink({ ticket: { ticket_id: ticketId, number, title } }: { ticket: Ticket }) {
  return (
    <Link to="/tickets/$ticketId" params={{ ticketId }} className="text-accent underline">
      #{number} <bdi>{title}</bdi>
    </Link>
  );
}
