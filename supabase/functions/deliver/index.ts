/**
 * `POST /functions/v1/deliver`: sends the webhooks, the messages to Slack and, where HELPDESK_MAIL_URL is set, the mails
 * that wait, for up to 40 seconds; the answer has counts only. For the secret key, and for the database itself (`helpdesk
 * outbox schedule`), which sends `{"wake": word}` without a key. `helpdesk worker --deliver` does the same work without
 * it.
 */

import { Api } from "../_helpdesk/api.ts";
import { optional, readEnvironment } from "../_helpdesk/environment.ts";
import { json, notAPost, refusal } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { SlackSender } from "../_helpdesk/slack_send.ts";
import { type Payload as WebhookPayload, sendWebhook } from "../_helpdesk/webhook_send.ts";
import { senderOf, sendWaiting, together } from "./deliveries.ts";
import { MailSender } from "./mail_send.ts";
import { configuredTransport } from "./mail_settings.ts";

const BUDGET_MS = 40_000;
const environment = readEnvironment((name) => Deno.env.get(name));
const api = new Api(environment);
// Without it no mail is leased: a worker may send them.
const transport = configuredTransport((name) => optional((one) => Deno.env.get(one), name) ?? "");
const mails = transport && new MailSender(api, environment.url, transport);

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
        sendWaiting(api, caller, "webhook", (payload: WebhookPayload) => sendWebhook(payload), isOver),
        sendWaiting(api, caller, "slack", slack.send.bind(slack), isOver),
        ...(mails ? [sendWaiting(api, caller, "email", mails.send.bind(mails), isOver)] : []),
      ]),
    ));
  } catch (error) {
    return refusal(error);
  }
}));
