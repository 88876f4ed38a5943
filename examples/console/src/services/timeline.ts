import {
  type ArrivalKind,
  type EventEntry,
  mergePage,
  type MessageEntry,
  type NoteEntry,
  type TimelineEntry,
  type TimelinePage,
} from "../lib/timeline.ts";
import { call, client } from "./supabase.ts";

const PAGE = 50, ARRIVALS = 10;
/** Events that say what a message or note beside them says. */
const SHOWN_OTHERWISE = "(message.created,note.created)";

/** The newest messages, notes and events of a conversation before a place in its order. */
export async function readTimelinePage(ticketId: string, before: number | null): Promise<TimelinePage> {
  const [messages, notes, events] = await Promise.all([
    readMessages(ticketId, before),
    readNotes(ticketId, before),
    readEvents(ticketId, before),
  ]);
  return mergePage([messages, notes, events], PAGE);
}

/**
 * The messages, or the notes, behind a place in the order; `isAll` unless there may be more than were read. The place
 * is not in the address: browsers ask for leave anew at each address.
 */
export async function readArrivals(kind: ArrivalKind, ticketId: string, after: number) {
  const newest: TimelineEntry[] = await (kind === "message" ? readMessages : readNotes)(ticketId, null, ARRIVALS);
  const arrived = newest.filter(({ sequence }) => sequence > after);
  return { arrived, isAll: arrived.length < ARRIVALS };
}

async function readMessages(ticketId: string, before: number | null, limit = PAGE): Promise<MessageEntry[]> {
  let query = client().from("conversation").select().eq("conversation_id", ticketId);
  if (before !== null) query = query.lt("sequence", before);
  const rows = await call(query.order("sequence", { ascending: false }).limit(limit));
  return rows.map((row) => ({
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
  }));
}

async function readNotes(ticketId: string, before: number | null, limit = PAGE): Promise<NoteEntry[]> {
  let query = client().from("conversation_notes").select().eq("conversation_id", ticketId);
  if (before !== null) query = query.lt("sequence", before);
  const rows = await call(query.order("sequence", { ascending: false }).limit(limit));
  return rows.map((row) => ({
    kind: "note",
    sequence: row.sequence!,
    id: row.note_id!,
    at: row.created_at!,
    ticketId: row.ticket_id!,
    authorId: row.author_id,
    authorName: row.author_name!,
    body: row.body!,
  }));
}

async function readEvents(ticketId: string, before: number | null): Promise<EventEntry[]> {
  const ids = [ticketId, ...await mergedTicketIds(ticketId)];
  let query = client().from("events").select().in("ticket_id", ids).not("type", "in", SHOWN_OTHERWISE);
  if (before !== null) query = query.lt("event_id", before);
  const rows = await call(query.order("event_id", { ascending: false }).limit(PAGE));
  return rows.map((row) => ({
    kind: "event",
    sequence: row.event_id,
    id: String(row.event_id),
    at: row.created_at,
    ticketId: row.ticket_id!,
    authorId: row.actor_id,
    authorName: row.actor_name,
    type: row.type,
    data: row.data as Record<string, unknown>,
  }));
}

/** The tickets merged into a ticket, and into those, and so on. */
async function mergedTicketIds(ticketId: string): Promise<string[]> {
  const found = new Set<string>();
  for (let level = [ticketId]; level.length > 0;) {
    const rows = await call(client().from("tickets").select("ticket_id").in("merged_into", level));
    level = rows.map((row) => row.ticket_id).filter((id) => !found.has(id));
    for (const id of level) found.add(id);
  }
  return [...found];
}
