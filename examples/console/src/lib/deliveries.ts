/** Webhooks, and what is sent to the outside: the rows, and what pages compute from them. */
import type { Database } from "./database.types.ts";

type Tables = Database["helpdesk"]["Tables"];

export type Webhook = Omit<Tables["webhooks"]["Row"], "audience" | "disabled_reason"> & {
  audience: "customer" | "staff";
  disabled_reason: "switched_off" | "gone" | "failing" | null;
};
/** What an admin sets of a webhook. */
export type WebhookValues = Pick<Webhook, "url" | "description" | "event_types" | "team_id" | "audience">;
/** A webhook with a secret that is shown this once. */
export type NewWebhook = Webhook & { secret: string; old_secret_expires_at?: string | null };

export const DELIVERY_STATES = ["queued", "leased", "done", "failed", "dead", "unknown"] as const;
export const DELIVERY_KINDS = ["webhook", "email", "slack"] as const;
export type DeliveryState = typeof DELIVERY_STATES[number];
export type DeliveryKind = typeof DELIVERY_KINDS[number];
/** A row of the outbox, with what its event was, or to whom its mail goes, and the ticket of both. */
export type Delivery = Omit<Tables["outbox"]["Row"], "kind" | "state"> & {
  kind: DeliveryKind;
  state: DeliveryState;
  event: { type: string } | null;
  recipient: string | null;
  ticket_number: number | null;
};
export type Attempt = Omit<Tables["delivery_attempts"]["Row"], "outcome"> & {
  outcome: "done" | "retry" | "refused" | "gone" | "unknown" | "lost";
};
export type DeliveryFilter = { webhookId?: string; kind?: DeliveryKind; state?: DeliveryState };

/** Numbers of outbox_health(): of everything, or of one kind. */
export type OutboxCounts = {
  waiting: number;
  oldest_seconds: number | null;
  held: number;
  dead: number;
  failed: number;
  unknown: number;
};
export type OutboxHealth = OutboxCounts & {
  last_settled_at: string | null;
  webhooks_disabled: number;
  webhooks_failing: number;
  by_kind: Record<DeliveryKind, OutboxCounts>;
};

/** From here on the oldest delivery says that perhaps nothing sends. */
export const LATE_SECONDS = 300;

/** Groups of events that a webhook may ask for. */
export const EVENT_GROUPS = ["ticket", "message", "note", "proposal", "attachment", "user", "team", "article"] as const;
export type EventGroup = typeof EVENT_GROUPS[number];
export type ChosenTypes = { isAll: boolean; groups: EventGroup[]; others: string };

/** The types of a webhook, as its form shows them. */
export function chosenTypes(types: readonly string[]): ChosenTypes {
  const groups = EVENT_GROUPS.filter((group) => types.includes(`${group}.*`));
  const others = types.filter((type) => type !== "*" && !groups.some((group) => type === `${group}.*`));
  return { isAll: types.includes("*"), groups, others: others.join(", ") };
}

/** The types that a form names; empty when it names none. */
export function namedTypes({ isAll, groups, others }: ChosenTypes): string[] {
  if (isAll) return ["*"];
  const further = others.split(/[\s,;]+/u).filter((type) => type !== "");
  return [...new Set([...groups.map((group) => `${group}.*`), ...further])];
}

/** The place behind which the next page of deliveries begins: events of several webhooks share a sequence. */
export type DeliveryPlace = { sequence: number; id: string };
export const DELIVERY_PAGE = 50;

export function placeBehind(page: readonly Delivery[]): DeliveryPlace | null {
  const last = page.at(-1);
  return last && page.length === DELIVERY_PAGE ? { sequence: last.sequence, id: last.delivery_id } : null;
}

/** Whether one of the deliveries changes by itself within seconds. */
export function isMoving(deliveries: readonly Delivery[], now = Date.now()): boolean {
  return deliveries.some(({ state, next_at }) =>
    state === "leased" || (state === "queued" && next_at !== null && Date.parse(next_at) <= now + 5_000)
  );
}

/** Whether a delivery can be sent again: everything but what is being sent now. */
export function canReplay({ state }: Pick<Delivery, "state">): boolean {
  return state !== "leased";
}

/** A range of local times, as `datetime-local` writes them; null when it has no beginning, or ends before it. */
export function rangeOf(since: string, until: string): { since: string; until?: string } | null {
  const [start, end] = [new Date(since), new Date(until)];
  if (Number.isNaN(start.getTime())) return null;
  if (until === "") return { since: start.toISOString() };
  return end > start ? { since: start.toISOString(), until: end.toISOString() } : null;
}
