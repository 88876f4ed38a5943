import type { Ticket } from "../lib/models.ts";
import { call, client } from "./supabase.ts";
import { listTicketsById } from "./tickets.ts";

/** The tickets that were merged into a ticket and not taken out again. */
export async function listMerged(ticketId: string): Promise<Ticket[]> {
  const query = client().from("ticket_merges").select("source_id").eq("target_id", ticketId).is("unmerged_at", null);
  const rows = await call(query.order("merged_at"));
  return await listTicketsById(rows.map((row) => row.source_id));
}

type Merge = { id: string; sourceId: string; targetId: string; otherRequester: boolean };

/** Merge source into target. Repeat it with the same id: there is one merge. */
export async function mergeTickets({ id, sourceId, targetId, otherRequester }: Merge): Promise<void> {
  await call(
    client().rpc("merge_tickets", {
      source_id: sourceId,
      target_id: targetId,
      merge_id: id,
      other_requester: otherRequester,
    }),
  );
}

export async function unmergeTicket(ticketId: string): Promise<void> {
  await call(client().rpc("unmerge_ticket", { ticket_id: ticketId }));
}

/** Open a ticket from a message. Repeat it with the same id: there is one ticket. */
export async function splitTicket(messageId: string, title: string, ticketId: string): Promise<Ticket> {
  const given = { message_id: messageId, title: title.trim() || undefined, ticket_id: ticketId };
  return await call(client().rpc("split_ticket", given)) as Ticket;
}
