/**
 * `POST /functions/v1/email-in`: a mail that came, byte for byte, signed as Standard Webhooks says or sent with the
 * project's secret key. `/postmark`, `/sendgrid`, `/mailgun`, `/resend` and `/ses` receive what those providers send.
 * `/sweep`, for the secret key, does what was left. `GET /html` shows the HTML of a mail to whoever may read it.
 */

import { Api } from "../_helpdesk/api.ts";
import { optional, readEnvironment } from "../_helpdesk/environment.ts";
import { notAPost } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { asksForHtml, viewHtml } from "./html_view.ts";
import { answer } from "./inbox.ts";
import { Storage } from "./storage.ts";

declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

const read = (name: string) => Deno.env.get(name);
const environment = readEnvironment(read);
const api = new Api(environment);
const inbox = {
  api,
  storage: new Storage(environment.url, api),
  secretKey: environment.secretKey,
  secret: (name: string) => optional(read, name),
  fetch,
  later: (work: Promise<unknown>) => EdgeRuntime.waitUntil(work),
};

Deno.serve(logged("email-in", async (request) => {
  if (asksForHtml(request)) return await viewHtml(inbox, request);
  return notAPost(request) ?? await answer(inbox, request);
}));
