import type { QueryKey } from "@tanstack/react-query";
import type { Announcement, FeedEvent } from "./events.ts";
import { keys } from "./queryKeys.ts";

/** What an event of a ticket changes, besides the ticket itself and its timeline. */
const LISTS = ["tickets"], COUNTS = ["counts"], RELATIONS = ["relations"];
const NOTHING: string[] = [], MAILS = ["mail", "trouble"];
/** What a message or a note changes of a timeline, besides that it is there: see contexts/arrivals.ts. */
const OF_ARRIVALS: Record<string, string[]> = {
  "message.created": ["messages", "files", "mails", "participants", "sent"],
  "note.created": ["files", "mails"],
};
/** Names of which each ticket has its own. */
const OF_EACH = ["relations", "proposals"];
const OF_TICKETS: Record<string, string[]> = {
  "ticket.created": [...LISTS, ...COUNTS],
  "ticket.updated": [...LISTS, ...COUNTS],
  "ticket.status_changed": [...LISTS, ...COUNTS],
  "ticket.assigned": LISTS,
  "ticket.unassigned": LISTS,
  "ticket.transferred": [...LISTS, ...COUNTS],
  "ticket.tagged": LISTS,
  "ticket.untagged": LISTS,
  "ticket.merged": [...RELATIONS, ...LISTS, ...COUNTS],
  "ticket.unmerged": [...RELATIONS, ...LISTS, ...COUNTS],
  "ticket.linked": RELATIONS,
  "ticket.unlinked": RELATIONS,
  "ticket.imported": [...LISTS, ...COUNTS],
  "message.created": [...LISTS, "proposals"],
  "message.redacted": ["proposals"],
  "note.created": NOTHING,
  "proposal.created": ["proposals"],
  "proposal.decided": ["proposals"],
  "attachment.uploaded": NOTHING,
  "attachment.checked": NOTHING,
  "attachment.deleted": NOTHING,
  "email.redacted": [...MAILS, "proposals"],
};

/** What an event without a ticket changes, by the part of its type before the dot. */
const OF_OTHERS: Record<string, (data: Record<string, unknown>, type: string) => QueryKey[]> = {
  user: () => [["people"]],
  team: () => [keys.teams(), ["people"], keys.lists(), keys.counts()],
  settings: () => [keys.settings()],
  import: () => [keys.lists(), keys.counts(), ["people"]],
  article: ({ article_id }) => [["articles"], typeof article_id === "string" ? keys.article(article_id) : ["article"]],
  assistant: (_, type) =>
    type.startsWith("assistant.exclusion_")
      ? [keys.assistantSettings(), ["proposals"]] // where a ticket is left alone
      : [keys.assistantSettings()],
  embedding_model: () => [keys.assistantSettings(), ["health"]],
  field: () => [keys.fields()],
  view: () => [keys.views()],
  webhook: () => [keys.webhooks(), keys.deliveries(), ["health"], keys.trouble()],
  slack: () => [["slack"], ["health"], keys.trouble()],
};

/** What is set about mail, and mails that wait, are few: all of it is read again. */
const MAIL = () => [keys.mail(), ["health"], keys.trouble()];

function ofOthers(type: string): typeof OF_OTHERS[string] | undefined {
  const group = type.split(".")[0] ?? "";
  return OF_OTHERS[group] ?? (/^(inbound_)?email/.test(group) ? MAIL : undefined);
}

/** The names of what an event has changed. A type that is not known changes the ticket that it names, and the lists. */
export function keysOfEvent({ type, ticket_id, data }: Pick<FeedEvent, "type" | "ticket_id" | "data">): QueryKey[] {
  if (ticket_id === null) return ofOthers(type)?.(data, type) ?? [];
  const tickets = new Set([ticket_id, data.source_id, data.target_id].filter((id) => typeof id === "string"));
  const changed: QueryKey[] = [];
  const names = OF_TICKETS[type] ?? (type.startsWith("email.") ? MAILS : [...RELATIONS, ...LISTS]);
  for (const id of tickets) {
    const parts = OF_ARRIVALS[type]?.map((part) => [...keys.timeline(id), part]) ?? [keys.timeline(id)];
    changed.push(keys.ticket(id), ...parts);
    for (const name of names) if (OF_EACH.includes(name)) changed.push([name, id]);
  }
  for (const name of names) if (!OF_EACH.includes(name)) changed.push([name]);
  if (names.includes("proposals")) changed.push(keys.proposals("waiting"));
  return changed;
}

/** The names that several events have changed, each once. */
export function keysOfEvents(events: FeedEvent[]): QueryKey[] {
  return onceEach(events.flatMap(keysOfEvent));
}

/** Each name once. */
export function onceEach(names: QueryKey[]): QueryKey[] {
  return [...new Map(names.map((key) => [JSON.stringify(key), key] as const)).values()];
}

/** What an event has changed of which only the announcement is known. */
export function keysOfAnnouncement({ type, ticket_id }: Announcement): QueryKey[] {
  return keysOfEvent({ type, ticket_id, data: {} });
}

/** What admins configure, and shared views: changes are announced to staff, not to requesters. */
export const CONFIGURATION: QueryKey[] = [
  keys.fields(),
  keys.views(),
  keys.settings(),
  keys.assistantSettings(),
  keys.teams(),
  ["articles"],
  ["article"],
];

/** What may change without an event that everybody may read: read again when announcements may have been lost. */
export const ANNOUNCED_ONLY: QueryKey[] = [keys.lists(), keys.counts(), ...CONFIGURATION];

/** The types that are known, for the test against docs/events.md. */
export function isKnownType(type: string): boolean {
  return type in OF_TICKETS || ofOthers(type) !== undefined;
}
