import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { FeedEvent } from "../lib/events.ts";
import { keys } from "../lib/queryKeys.ts";
import { refresh } from "../lib/refresh.ts";
import { appendEntries, type ArrivalKind, lastPlace, type TimelinePage } from "../lib/timeline.ts";
import { readArrivals } from "../services/timeline.ts";

const KINDS: Record<string, ArrivalKind> = { "message.created": "message", "note.created": "note" };

type Pages = InfiniteData<TimelinePage>;

/** Reads that are under way, by ticket and kind. */
const reading = new Map<string, Promise<void>>();

/**
 * Show the message or the note that an announcement is about. It is read at once, beside the log: the log says the same
 * a little later, and `showArrival` finds it here.
 */
export function expectArrival(queries: QueryClient, ticketId: string, type: string): void {
  const kind = KINDS[type];
  if (kind && !reading.has(`${kind} ${ticketId}`)) read(queries, ticketId, kind).catch(() => undefined);
}

/**
 * Show the message or the note of an event, unless it is shown already; null for other events. One request, where the
 * whole conversation takes four.
 */
export function showArrival(queries: QueryClient, { type, ticket_id, data }: FeedEvent): Promise<void> | null {
  const kind = KINDS[type];
  if (!kind || ticket_id === null) return null;
  const id = data[`${kind}_id`];
  const isShown = () => pagesOf(queries, ticket_id)?.pages.some(({ entries }) => entries.some((one) => one.id === id));
  return (async () => {
    await reading.get(`${kind} ${ticket_id}`)?.catch(() => undefined);
    if (isShown()) return;
    await read(queries, ticket_id, kind).catch(() => undefined);
    if (!isShown()) refresh(queries, { queryKey: keys.timelinePages(ticket_id) });
  })();
}

function pagesOf(queries: QueryClient, ticketId: string): Pages | undefined {
  return queries.getQueryData<Pages>(keys.timelinePages(ticketId));
}

function read(queries: QueryClient, ticketId: string, kind: ArrivalKind): Promise<void> {
  const name = `${kind} ${ticketId}`;
  const mine = append(queries, ticketId, kind).finally(() => {
    if (reading.get(name) === mine) reading.delete(name);
  });
  reading.set(name, mine);
  return mine;
}

async function append(queries: QueryClient, ticketId: string, kind: ArrivalKind): Promise<void> {
  const queryKey = keys.timelinePages(ticketId);
  const query = queries.getQueryCache().find({ queryKey });
  const newest = pagesOf(queries, ticketId)?.pages[0];
  // Nobody looks at it.
  if (!newest || !query?.isActive()) return;
  const { arrived, isAll } = await readArrivals(kind, ticketId, lastPlace(newest, kind));
  // With a gap before them, nothing is shown: the log has the whole conversation read.
  if (!isAll || arrived.length === 0) return;
  queries.setQueryData<Pages>(queryKey, (now) => now && { ...now, pages: appendEntries(now.pages, arrived) });
  // A reading that began before would take it away again.
  if (query.state.fetchStatus === "fetching") refresh(queries, { queryKey });
}
