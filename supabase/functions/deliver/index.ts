/**
 * `POST /functions/v1/deliver`: sends the webhooks that wait, for up to 40 seconds; the answer has counts only. For the
 * secret key, and for the database itself (`helpdesk outbox schedule`), which sends `{"wake": word}` without a key.
 * `helpdesk worker --deliver` does the same work without it.
 */

import { Api } from "../_helpdesk/api.ts";
import { readEnvironment } from "../_helpdesk/environment.ts";
import { json, notAPost, refusal } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { sendWebhook } from "../_helpdesk/webhook_send.ts";
import { senderOf, sendWaiting } from "./deliveries.ts";

const BUDGET_MS = 40_000;
const api = new Api(readEnvironment((name) => Deno.env.get(name)));

Deno.serve(logged("deliver", async (request) => {
  const refused = notAPost(request);
  if (refused) return refused;
  try {
    const until = performance.now() + BUDGET_MS;
    return json(await sendWaiting(api, await senderOf(api, request), sendWebhook, () => performance.now() > until));
  } catch (error) {
    return refusal(error);
  }
}));
