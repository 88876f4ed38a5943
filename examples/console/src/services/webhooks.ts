import type { NewWebhook, Webhook, WebhookValues } from "../lib/deliveries.ts";
import { call, client } from "./supabase.ts";

/** All webhooks, the oldest first; a helpdesk has 100 at most. */
export async function listWebhooks(): Promise<Webhook[]> {
  return await call(client().from("webhooks").select().order("created_at").order("webhook_id").limit(200)) as Webhook[];
}

/** Make a webhook. Its secret is in the answer, and nowhere afterwards. */
export async function createWebhook({ team_id, ...given }: WebhookValues): Promise<NewWebhook> {
  const made = await call(client().rpc("create_webhook", { ...given, team_id: team_id ?? undefined }));
  return made as unknown as NewWebhook;
}

export async function changeWebhook(
  id: string,
  changes: Partial<WebhookValues & Pick<Webhook, "is_active">>,
): Promise<void> {
  await call(client().from("webhooks").update(changes).eq("webhook_id", id).select("webhook_id"));
}

export async function deleteWebhook(id: string): Promise<void> {
  await call(client().from("webhooks").delete().eq("webhook_id", id).select("webhook_id"));
}

/** A new secret, which is in the answer; the former one signs for so many seconds, too. */
export async function rotateSecret(id: string, keepSeconds: number): Promise<NewWebhook> {
  const made = await call(client().rpc("rotate_webhook_secret", { webhook_id: id, keep_seconds: keepSeconds }));
  return made as unknown as NewWebhook;
}

/** Send an event webhook.test to this webhook. */
export async function testWebhook(id: string): Promise<void> {
  await call(client().rpc("test_webhook", { webhook_id: id }));
}
