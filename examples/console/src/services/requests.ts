import { HelpdeskError } from "../lib/errors.ts";
import type { Status, Ticket } from "../lib/models.ts";
import type { MessageEntry } from "../lib/timeline.ts";
import { call, client } from "./supabase.ts";

const PAGE = 50;

export type RequestPage = { requests: Ticket[]; next: Place | null };
type Place = { createdAt: string; ticketId: string };

/** The person's own tickets, the newest first. */
export async function listRequests(statuses: Status[] | null, after: Place | null): Promise<RequestPage> {
  let query = client().from("my_tickets").select();
  if (statuses) query = query.in("status", statuses);
  if (after) {
    query = query.lte("created_at", after.createdAt)
      .or(`created_at.lt.${after.createdAt},ticket_id.lt.${after.ticketId}`);
  }
  const ordered = query.order("created_at", { ascending: false }).order("ticket_id", { ascending: false });
  const requests = await call(ordered.limit(PAGE)) as Ticket[];
  const last = requests.length === PAGE ? requests.at(-1) : undefined;
  return { requests, next: last ? { createdAt: last.created_at, ticketId: last.ticket_id } : null };
}

/** One of the person's own tickets. */
export async function readRequest(ticketId: string): Promise<Ticket> {
  // What is no id at all is not found either.
  const rows = /^[0-9a-f-]{36}$/i.test(ticketId)
    ? await call(client().from("my_tickets").select().eq("ticket_id", ticketId))
    : [];
  if (!rows[0]) throw new HelpdeskError({ message: "", details: "helpdesk.ticket_not_found", status: 404 });
  return rows[0] as Ticket;
}

export type MessagePage = { entries: MessageEntry[]; older: number | null };

/** The newest messages of a conversation before a place in its order, oldest first. */
export async function readMessages(ticketId: string, before: number | null): Promise<MessagePage> {
  let query = client().from("conversation").select().eq("conversation_id", ticketId);
  if (before !== null) query = query.lt("sequence", before);
  const rows = await call(query.order("sequence", { ascending: false }).limit(PAGE));
  const entries = rows.map((row): MessageEntry => ({
    kind: "message",
    sequence: row.sequence!,
    id: row.message_id!,
    at: row.created_at!,
    ticketId: row.ticket_id!,
    authorId: row.author_id,
    authorName: row.author_name!,
    authorKind: row.author_kind!,
    body: row.body!,
    redactedAt: row.redacted_at,
  })).reverse();
  return { entries, older: entries.length === PAGE ? entries[0]!.sequence : null };
}

export type NewRequest = {
  id: string;
  title: string;
  description: string;
  teamId: string | null;
  values: Record<string, unknown>;
};

/** Open a ticket for the person. Repeat it with the same id: there is one ticket. */
export async function createRequest({ id, title, description, teamId, values }: NewRequest): Promise<void> {
  await call(
    client().rpc("create_ticket", {
      ticket_id: id,
      title,
      description,
      team_id: teamId ?? undefined,
      custom_fields: Object.keys(values).length > 0 ? values as never : undefined,
    }),
  );
}

/** Close or reopen a ticket; refused when somebody has changed it since the revision: `stale_revision`. */
export async function setRequestStatus(ticketId: string, revision: number, status: Status): Promise<void> {
  const query = client().from("tickets").update({ status }).eq("ticket_id", ticketId).eq("revision", revision);
  const rows = await call(query.select("ticket_id"));
  if (rows.length === 0) throw new HelpdeskError({ message: "", details: "helpdesk.stale_revision", status: 409 });
}
