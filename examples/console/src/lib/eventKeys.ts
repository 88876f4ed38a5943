import type { QueryKey } from "@tanstack/react-query";
import type { FeedEvent } from "./events.ts";
import { keys } from "./queryKeys.ts";

/** What an event of a ticket changes, besides the ticket itself and its timeline. */
const LISTS = ["tickets"], COUNTS = ["counts"], DETAILS = ["timeline"];
const NOTHING: string[] = [];
const OF_TICKETS: Record<string, string[]> = {
  "ticket.created": [...LISTS, ...COUNTS],
  "ticket.updated": [...LISTS, ...COUNTS],
  "ticket.status_changed": [...LISTS, ...COUNTS],
  "ticket.assigned": LISTS,
  "ticket.unassigned": LISTS,
  "ticket.transferred": [...LISTS, ...COUNTS],
  "ticket.tagged": LISTS,
  "ticket.untagged": LISTS,
  "ticket.merged": [...LISTS, ...COUNTS],
  "ticket.unmerged": [...LISTS, ...COUNTS],
  "ticket.linked": NOTHING,
  "ticket.unlinked": NOTHING,
  "ticket.imported": [...LISTS, ...COUNTS],
  "message.created": [...LISTS, "proposals"],
  "message.redacted": ["proposals"],
  "note.created": NOTHING,
  "proposal.created": ["proposals"],
  "proposal.decided": ["proposals"],
  "attachment.uploaded": NOTHING,
  "attachment.checked": NOTHING,
  "attachment.deleted": NOTHING,
};

/** What an event without a ticket changes, by the part of its type before the dot. */
const OF_OTHERS: Record<string, (data: Record<string, unknown>) => QueryKey[]> = {
  user: () => [["people"]],
  team: () => [keys.teams(), ["people"], keys.lists(), keys.counts()],
  settings: () => [keys.settings()],
  import: () => [keys.lists(), keys.counts(), ["people"]],
  article: ({ article_id }) => [["articles"], keys.article(String(article_id))],
  assistant: () => [keys.assistantSettings()],
  embedding_model: () => [keys.assistantSettings(), ["health"]],
  field: () => [keys.fields()],
};

/** The names of what an event has changed. A type that is not known changes the ticket that it names, and the lists. */
export function keysOfEvent({ type, ticket_id, data }: FeedEvent): QueryKey[] {
  if (ticket_id === null) return OF_OTHERS[type.split(".")[0] ?? ""]?.(data) ?? [];
  const tickets = new Set([ticket_id, data.source_id, data.target_id].filter((id) => typeof id === "string"));
  const changed: QueryKey[] = [];
  for (const id of tickets) changed.push(keys.ticket(id), ...DETAILS.map((name) => [name, id]));
  for (const name of OF_TICKETS[type] ?? LISTS) {
    if (name === "proposals") changed.push(keys.proposals(ticket_id), keys.proposals("waiting"));
    else changed.push([name]);
  }
  return changed;
}

/** The names that several events have changed, each once. */
export function keysOfEvents(events: FeedEvent[]): QueryKey[] {
  const changed = events.flatMap(keysOfEvent).map((key) => [JSON.stringify(key), key] as const);
  return [...new Map(changed).values()];
}

/** The types that are known, for the test against docs/events.md. */
export function isKnownType(type: string): boolean {
  return type in OF_TICKETS || (type.split(".")[0] ?? "") in OF_OTHERS;
}
