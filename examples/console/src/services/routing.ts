import type { Ticket, TicketCount } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/**
 * Take the oldest open ticket of the highest priority from a team's queue, or from all of the person's queues. Null when
 * there is none. Repeat it with the same id: the ticket is the same.
 */
export async function claimNext(claimId: string, teamId?: string): Promise<Ticket | null> {
  const request = client().rpc("claim_next_ticket", { claim_id: claimId, team_id: teamId }).maybeSingle();
  return await call<unknown>(request) as Ticket | null;
}

/** Take a ticket that nobody has. */
export async function claimTicket(ticketId: string): Promise<Ticket> {
  return await call(client().rpc("claim_ticket", { ticket_id: ticketId })) as Ticket;
}

/** How many open and pending tickets each of the person's teams has, by status and priority. */
export async function countQueues(): Promise<TicketCount[]> {
  return await call(client().rpc("ticket_counts")) as TicketCount[];
}
