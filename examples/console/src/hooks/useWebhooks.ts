import { useQuery } from "@tanstack/react-query";
import type { Webhook, WebhookValues } from "../lib/deliveries.ts";
import { keys } from "../lib/queryKeys.ts";
import * as webhooks from "../services/webhooks.ts";
import { useAction } from "./useAction.ts";

/** All webhooks, the oldest first. */
export function useWebhooks() {
  return useQuery({ queryKey: keys.webhooks(), queryFn: webhooks.listWebhooks });
}

type Change = { id: string } & Partial<WebhookValues & Pick<Webhook, "is_active">>;

/** What an admin does to webhooks. */
export function useWebhookActions() {
  const changes = [keys.webhooks(), keys.deliveries()];
  return {
    create: useAction(webhooks.createWebhook, changes),
    change: useAction(({ id, ...given }: Change) => webhooks.changeWebhook(id, given), changes),
    remove: useAction((id: string) => webhooks.deleteWebhook(id), changes),
    rotate: useAction(
      ({ id, keepSeconds }: { id: string; keepSeconds: number }) => webhooks.rotateSecret(id, keepSeconds),
      changes,
    ),
    test: useAction((id: string) => webhooks.testWebhook(id), changes),
  };
}
