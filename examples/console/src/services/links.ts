import type { LinkKind, Ticket, TicketLink } from "../lib/models.ts";
import { call, client } from "./supabase.ts";
import { listTicketsById } from "./tickets.ts";

/** A link as it looks from one of its tickets; `other` is the ticket at its other end. */
export type LinkedTicket = { link: TicketLink; other: Ticket };

/** The links of a ticket whose other ends the person may see. */
export async function listLinks(ticketId: string): Promise<LinkedTicket[]> {
  const query = client().from("ticket_links").select().is("unlinked_at", null);
  const links = await call(query.or(`source_id.eq.${ticketId},target_id.eq.${ticketId}`)) as TicketLink[];
  const otherId = (link: TicketLink) => link.source_id === ticketId ? link.target_id : link.source_id;
  const tickets = new Map((await listTicketsById(links.map(otherId))).map((ticket) => [ticket.ticket_id, ticket]));
  return links.flatMap((link) => {
    const other = tickets.get(otherId(link));
    return other ? [{ link, other }] : [];
  });
}

export async function linkTickets(sourceId: string, kind: LinkKind, targetId: string): Promise<void> {
  await call(client().rpc("link_tickets", { source_id: sourceId, kind, target_id: targetId }));
}

export async function unlinkTickets(sourceId: string, kind: LinkKind, targetId: string): Promise<void> {
  await call(client().rpc("unlink_tickets", { source_id: sourceId, kind, target_id: targetId }));
}
