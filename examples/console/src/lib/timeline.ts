/** The parts of a conversation: messages, notes and events, in one order. */

type Common = {
  /** The place in the order: one sequence for messages, notes and events. */
  sequence: number;
  id: string;
  at: string;
  /** The ticket it was written on: another one when tickets are merged. */
  ticketId: string;
  authorId: string | null;
  authorName: string;
};
export type MessageEntry = Common & {
  kind: "message";
  authorKind: string;
  body: string;
  redactedAt: string | null;
  /** It is the description of a ticket, and no message. */
  isDescription?: boolean;
};
export type NoteEntry = Common & { kind: "note"; body: string };
export type EventEntry = Common & { kind: "event"; type: string; data: Record<string, unknown> };
export type TimelineEntry = MessageEntry | NoteEntry | EventEntry;

/** Entries in their order; `older` is the sequence before which the next page begins, null at the beginning. */
export type TimelinePage = { entries: TimelineEntry[]; older: number | null };

/** An entry as it is drawn: events that follow each other are one group. */
export type TimelineItem = MessageEntry | NoteEntry | { kind: "events"; key: string; events: EventEntry[] };

/**
 * One page from the newest rows of each kind.
 *
 * Each list holds the newest `limit` rows of its kind. A list that is full may have more rows before its first one, so
 * the page begins where the last of these gaps ends.
 */
export function mergePage(lists: TimelineEntry[][], limit: number): TimelinePage {
  const full = lists.filter((list) => list.length >= limit);
  const start = Math.max(-1, ...full.map((list) => Math.min(...list.map(({ sequence }) => sequence))));
  const entries = lists.flat().filter(({ sequence }) => sequence >= start).sort(bySequence);
  return { entries, older: full.length > 0 ? start : null };
}

/** All pages as one list without repetitions, oldest first. */
export function joinPages(pages: TimelinePage[]): TimelineEntry[] {
  const entries = new Map<number, TimelineEntry>();
  for (const page of pages) for (const entry of page.entries) entries.set(entry.sequence, entry);
  return [...entries.values()].sort(bySequence);
}

export type ArrivalKind = "message" | "note";

/** The place behind which a kind's rows are newer than all of a page. */
export function lastPlace({ entries, older }: TimelinePage, kind: ArrivalKind): number {
  return Math.max((older ?? 0) - 1, ...entries.filter((entry) => entry.kind === kind).map(({ sequence }) => sequence));
}

/** Pages, the newest first, and what came behind them. */
export function appendEntries(pages: TimelinePage[], arrived: TimelineEntry[]): TimelinePage[] {
  const [newest, ...older] = pages;
  if (!newest) return pages;
  const known = new Set(newest.entries.map(({ sequence }) => sequence));
  const added = arrived.filter(({ sequence }) => !known.has(sequence));
  return added.length === 0
    ? pages
    : [{ ...newest, entries: [...newest.entries, ...added].sort(bySequence) }, ...older];
}

type Described = { ticket_id: string; description: string; created_by: string };

/** The entries with the descriptions of merged tickets, each behind the event that its ticket was opened. */
export function addDescriptions(entries: TimelineEntry[], merged: readonly Described[]): TimelineEntry[] {
  const tickets = new Map(merged.map((ticket) => [ticket.ticket_id, ticket]));
  return entries.flatMap((entry): TimelineEntry[] => {
    const ticket = entry.kind === "event" && entry.type === "ticket.created" ? tickets.get(entry.ticketId) : undefined;
    if (!ticket?.description) return [entry];
    const { sequence, at, ticketId, authorName } = entry;
    const written = { authorId: ticket.created_by, authorKind: "customer", body: ticket.description, redactedAt: null };
    const id = `${ticketId}-description`;
    return [entry, { kind: "message", sequence, at, ticketId, authorName, id, ...written, isDescription: true }];
  });
}

/** Messages and notes one by one, events between them in groups. */
export function groupEvents(entries: TimelineEntry[]): TimelineItem[] {
  const items: TimelineItem[] = [];
  for (const entry of entries) {
    const last = items.at(-1);
    if (entry.kind !== "event") items.push(entry);
    else if (last?.kind === "events") last.events.push(entry);
    else items.push({ kind: "events", key: `events-${entry.sequence}`, events: [entry] });
  }
  return items;
}

/** The ticket and those that were merged into it, as far as the conversation has entries of them; in a fixed order. */
export function ticketIdsIn(ticketId: string, entries: TimelineEntry[]): string[] {
  return [...new Set([ticketId, ...entries.map((entry) => entry.ticketId)])].sort();
}

/** The newest message among entries: what `send_reply` expects. */
export function newestMessage(entries: TimelineEntry[]): MessageEntry | null {
  return entries.findLast((entry) => entry.kind === "message") ?? null;
}

/** Messages behind the one that was seen last; all when none was seen. */
export function messagesAfter(entries: TimelineEntry[], seenId: string | null): MessageEntry[] {
  const messages = entries.filter((entry) => entry.kind === "message");
  return messages.slice(messages.findIndex(({ id }) => id === seenId) + 1);
}

/** Who changed a field last, and when: for the sentence that explains a conflict. */
export function lastChange(entries: TimelineEntry[], field: string): { by: string; at: string } | null {
  const event = entries.findLast((entry) => entry.kind === "event" && changedFields(entry).includes(field));
  return event ? { by: event.authorName, at: event.at } : null;
}

/** The names of the fields that an event changed; custom fields as `custom_fields.<key>`. */
export function changedFields({ data }: EventEntry): string[] {
  const changes = data.changes as Record<string, unknown> | undefined;
  return Object.entries(changes ?? {}).flatMap(([name, pair]) => {
    if (name !== "custom_fields" && name !== "staff_fields") return [name];
    const [before, after] = (pair ?? []) as (Record<string, unknown> | null)[];
    const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    return [...keys].map((key) => `custom_fields.${key}`);
  });
}

function bySequence(one: { sequence: number }, other: { sequence: number }): number {
  return one.sequence - other.sequence;
}
