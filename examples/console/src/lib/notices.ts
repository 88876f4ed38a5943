import type { FeedEvent } from "./events.ts";

/** What a person is told about while they look at something else. */
export type NoticeKind = "assigned" | "reply";
export type Notice = { kind: NoticeKind; ticketId: string; number: number; name: string };

type Occasion = Pick<
  FeedEvent,
  "type" | "ticket_id" | "ticket_number" | "assigned_to" | "actor_id" | "actor_name" | "data"
>;

/** The notice of an event; null for what is none of the person's business, or their own doing. */
export function noticeOf(event: Occasion, userId: string, wanted: ReadonlySet<NoticeKind>): Notice | null {
  const { type, ticket_id: ticketId, ticket_number: number } = event;
  if (ticketId === null || number === null || event.assigned_to !== userId || event.actor_id === userId) return null;
  const kind: NoticeKind | null = type === "ticket.assigned"
    ? "assigned"
    : type === "message.created" && event.data.author_kind === "customer"
    ? "reply"
    : null;
  return kind && wanted.has(kind) ? { kind, ticketId, number, name: event.actor_name } : null;
}
