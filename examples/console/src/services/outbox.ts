import {
  type Attempt,
  type Delivery,
  DELIVERY_PAGE,
  type DeliveryFilter,
  type DeliveryPlace,
  type OutboxHealth,
} from "../lib/deliveries.ts";
import { call, client } from "./supabase.ts";

/** Deliveries, the newest first; `behind` is where the page before ended. */
export async function listDeliveries(filter: DeliveryFilter, behind: DeliveryPlace | null): Promise<Delivery[]> {
  let query = client().from("outbox").select();
  if (filter.webhookId) query = query.eq("kind", "webhook").eq("target_id", filter.webhookId);
  if (filter.kind) query = query.eq("kind", filter.kind);
  if (filter.state) query = query.eq("state", filter.state);
  if (behind) {
    const { sequence, id } = behind;
    query = query.or(`sequence.lt.${sequence},and(sequence.eq.${sequence},delivery_id.lt.${id})`);
  }
  const newest = { ascending: false };
  const rows = await call(query.order("sequence", newest).order("delivery_id", newest).limit(DELIVERY_PAGE));
  const [events, mails] = await Promise.all([
    eventsOf(rows.flatMap(({ event_id }) => event_id ?? [])),
    mailsOf(rows.filter(({ kind }) => kind === "email").map(({ target_id }) => target_id)),
  ]);
  return rows.map((row) => {
    const event = events.get(row.event_id ?? 0) ?? null, mail = mails.get(row.target_id);
    const ticket_number = event?.ticket_number ?? mail?.ticket?.number ?? null;
    return { ...row, event, recipient: mail?.recipient ?? null, ticket_number };
  }) as Delivery[];
}

type SentEvent = { event_id: number; type: string; ticket_number: number | null };

async function eventsOf(ids: number[]): Promise<Map<number, SentEvent>> {
  if (ids.length === 0) return new Map();
  const query = client().from("events").select("event_id,type,ticket_number").in("event_id", [...new Set(ids)]);
  return new Map((await call(query)).map((event) => [event.event_id, event]));
}

type SentMail = { email_id: string; recipient: string; ticket: { number: number } | null };

async function mailsOf(ids: string[]): Promise<Map<string, SentMail>> {
  if (ids.length === 0) return new Map();
  const query = client().from("outbound_emails").select("email_id,recipient,ticket:tickets(number)").in(
    "email_id",
    ids,
  );
  return new Map((await call(query) as unknown as SentMail[]).map((mail) => [mail.email_id, mail]));
}

/** The attempts at a delivery, the oldest first. */
export async function listAttempts(deliveryId: string): Promise<Attempt[]> {
  const query = client().from("delivery_attempts").select().eq("delivery_id", deliveryId);
  return await call(query.order("attempt_id").limit(100)) as Attempt[];
}

export async function readOutboxHealth(): Promise<OutboxHealth> {
  return await call(client().rpc("outbox_health")) as unknown as OutboxHealth;
}

/** What is sent again: deliveries by id, all dead ones (of a webhook), or the events of a time for a webhook. */
export type Replay =
  | { deliveryIds: string[] }
  | { isDead: true; webhookId?: string }
  | { webhookId: string; since: string; until?: string };

/** Send again; how many deliveries wait now. */
export async function replay(given: Replay): Promise<number> {
  if ("deliveryIds" in given) {
    return await call(client().rpc("replay_deliveries", { delivery_ids: given.deliveryIds }));
  }
  if ("isDead" in given) {
    return await call(client().rpc("replay_deliveries", { dead: true, webhook_id: given.webhookId }));
  }
  const { webhookId, since, until } = given;
  return await call(client().rpc("replay_deliveries", { webhook_id: webhookId, since, until }));
}
