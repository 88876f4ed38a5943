/** Which adapter reads a request, and what the sender is answered. */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { bytesOf, json, refusal } from "../_helpdesk/http.ts";
import { noteRefusal, warn } from "../_helpdesk/request_log.ts";
import { type Adapter, BodyError, type Call, list, needed, SetupError } from "./adapters.ts";
import { fromMailgun } from "./adapter_mailgun.ts";
import { fromPostmark } from "./adapter_postmark.ts";
import { byKey, fromRaw } from "./adapter_raw.ts";
import { fromResend } from "./adapter_resend.ts";
import { fromSendgrid } from "./adapter_sendgrid.ts";
import { fromSes } from "./adapter_ses.ts";
import { handIn } from "./delivery_reports.ts";
import { ingest, receive, sweep } from "./receiving.ts";
import { isEqual, isSecret, SignatureError, verifyBasic } from "./signatures.ts";
import type { Storage } from "./storage.ts";

interface Way {
  adapter: Adapter;
  secret: string;
  /** The header with the signature, where there is one. */
  signature?: string;
}

const WAYS: Readonly<Record<string, Way>> = {
  "": { adapter: fromRaw, secret: "HELPDESK_EMAIL_SECRET", signature: "webhook-signature" },
  "postmark": { adapter: fromPostmark, secret: "HELPDESK_EMAIL_POSTMARK" },
  "sendgrid": { adapter: fromSendgrid, secret: "HELPDESK_EMAIL_SENDGRID" },
  "mailgun": { adapter: fromMailgun, secret: "HELPDESK_EMAIL_MAILGUN" },
  "resend": { adapter: fromResend, secret: "HELPDESK_EMAIL_RESEND", signature: "svix-signature" },
  "ses": { adapter: fromSes, secret: "HELPDESK_EMAIL_SES_TOPICS" },
};
/** Providers hand over 40 MB at most; as base64 in JSON that is a third more. */
export const BODY_BYTES_MAX = 56 * 1024 * 1024;
const SWEEP_MS = 40_000;

export interface Inbox {
  api: Api;
  storage: Storage;
  secretKey: string;
  secret: (name: string) => string | undefined;
  fetch: typeof fetch;
  /** Work that goes on after the answer. */
  later: (work: Promise<unknown>) => void;
}

/** Answer a POST to the function. */
export async function answer(inbox: Inbox, request: Request): Promise<Response> {
  try {
    const [, , way = ""] = new URL(request.url).pathname.split("/");
    if (way === "sweep") return await swept(inbox, request);
    const isOurs = isSecretKey(inbox, request);
    // Mailgun hands over the raw mail only to an address that ends in `mime`.
    const found = Object.hasOwn(WAYS, way) ? WAYS[way]! : null;
    if (found === null) return refused(404, "not_found", "There is no such address");
    const isByKey = isOurs && way === "";
    if (!isByKey) checkAhead(inbox, request.headers, found);
    const body = await bytesOf(request, BODY_BYTES_MAX);
    const call: Call = { headers: request.headers, body, ...callOf(inbox) };
    const mail = isByKey ? byKey(call, request.headers.get("x-email-source") ?? "raw") : await found.adapter(call);
    if (mail instanceof Response) return mail;
    if (Array.isArray(mail)) return json(await handIn(inbox.api, mail));
    const received = await receive(inbox, mail);
    const { inbound_id, is_new, is_large } = received;
    // A second delivery changes nothing, and neither does a large mail here.
    if (!is_new || is_large) return json({ inbound_id, is_new });
    const work = ingest(inbox, inbound_id, mail);
    if (isOurs && request.headers.get("prefer") === "wait") return json({ inbound_id, is_new, outcome: await work });
    inbox.later(work);
    return json({ inbound_id, is_new });
  } catch (error) {
    if (error instanceof SignatureError) return refused(401, "not_signed", error.message);
    if (error instanceof BodyError) return refused(400, "invalid_body", error.message);
    if (error instanceof SetupError) {
      warn(error.message);
      return refused(503, "not_set_up", error.message);
    }
    // Whatever the reason: the mail is not kept, and the sender has to try again.
    if (error instanceof ApiError && error.status !== 413) return refused(503, "not_kept", error.message);
    return refusal(error);
  }
}

function callOf({ api, secret, fetch }: Inbox): Pick<Call, "secret" | "fetch" | "isFirstUse" | "now"> {
  const isFirstUse = (source: string, token: string, content_sha256: string) =>
    api.rpc<boolean>(api.system, "use_email_token", { source, token, content_sha256 });
  return { secret, fetch, isFirstUse, now: Date.now() };
}

/** What can be refused without its body, which may be large. @throws SetupError, SignatureError */
function checkAhead({ secret }: Inbox, headers: Headers, way: Way): void {
  const expected = needed({ secret }, way.secret);
  if (way.signature !== undefined && !list(expected).every(isSecret)) {
    throw new SetupError(`${way.secret} is not whsec_ and at least 32 characters of base64`);
  }
  if (way.signature !== undefined && !headers.has(way.signature)) throw new SignatureError("The request is not signed");
  // The name and the password of a URL.
  if (way.adapter === fromPostmark || (way.adapter === fromSendgrid && expected.includes(":"))) {
    verifyBasic(headers, expected);
  }
}

async function swept(inbox: Inbox, request: Request): Promise<Response> {
  if (!isSecretKey(inbox, request)) return refused(401, "not_signed", "The sweep is for the secret key");
  const until = performance.now() + SWEEP_MS;
  return json(await sweep(inbox, () => performance.now() > until));
}

function isSecretKey({ secretKey }: Inbox, request: Request): boolean {
  const given = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  return isEqual(given, secretKey);
}

function refused(status: number, code: string, message: string): Response {
  noteRefusal(status, code);
  return json({ code, details: null, hint: null, message }, status);
}
