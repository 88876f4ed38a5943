/**
 * `POST /functions/v1/deliver`: sends the webhooks and the messages to Slack that wait, for up to 40 seconds; the answer
 * has counts only. For the secret key, and for the database itself (`helpdesk outbox schedule`), which sends
 * `{"wake": word}` without a key. `helpdesk worker --deliver` does the same work without it.
 */

import { Api } from "../_helpdesk/api.ts";
import { readEnvironment } from "../_helpdesk/environment.ts";
import { json, notAPost, refusal } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { SlackSender } from "../_helpdesk/slack_send.ts";
import { sendWebhook } from "../_helpdesk/webhook_send.ts";
import { senderOf, sendWaiting, together } from "./deliveries.ts";

const BUDGET_MS = 40_000;
const api = new Api(readEnvironment((name) => Deno.env.get(name)));

Deno.serve(logged("deliver", async (request) => {
  const refused = notAPost(request);
  if (refused) return refused;
  try {
    const until = performance.now() + BUDGET_MS;
    const isOver = () => performance.now() > until;
    const caller = await senderOf(api, request);
    const slack = new SlackSender();
    return json(together(
      await Promise.all([
        sendWaiting(api, caller, "webhook", sendWebhook, isOver),
        sendWaiting(api, caller, "slack", slack.send.bind(slack), isOver),
      ]),
    ));
  } catch (error) {
    return refusal(error);
  }
}));
