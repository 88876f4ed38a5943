/**
 * Mailgun routes: a form; the URL that ends in `mime` receives the raw mail in `body-mime`. Its webhooks are JSON, with
 * the same signature.
 */

import { BodyError, type Call, jsonIn, needed, type Report, rows } from "./adapters.ts";
import { composed } from "./compose.ts";
import { mailgunReports } from "./delivery_reports.ts";
import { type Form, readForm, textIn } from "./form.ts";
import { sha256 } from "./mail_files.ts";
import type { Incoming } from "./receiving.ts";
import { checkedTime, hmac, isEqual, SignatureError } from "./signatures.ts";

/** A webhook is smaller. Who sent it stands within, so it is read before that is known. */
const EVENT_BYTES_MAX = 1_000_000;
/**
 * Mailgun tries again for eight hours, and does not say that it signs anew. Until then a token is good for what it came
 * with first: `use_email_token()` knows it for longer than this.
 */
const OLDEST_SECONDS = 9 * 3600;
const encoder = new TextEncoder();

export async function fromMailgun(call: Call): Promise<Incoming | Report[]> {
  const key = needed(call, "HELPDESK_EMAIL_MAILGUN");
  const type = call.headers.get("content-type") ?? "";
  if (/^application\/json\b/i.test(type)) return await reportsIn(call, key);
  const form = readForm(call.body, type);
  const token = await signedToken(call, key, (name) => textIn(form, name) ?? "");
  const raw = form.get("body-mime")?.bytes ?? fromFields(form);
  const recipients = (textIn(form, "recipient") ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  const mail = { raw, envelope: { from: textIn(form, "sender"), to: recipients }, source: "mailgun" };
  // Neither the content nor the envelope is signed: a token is good for one mail.
  const content = await sha256(encoder.encode(JSON.stringify([await sha256(raw), mail.envelope])));
  await useOnce(call, token, content);
  return mail;
}

async function reportsIn(call: Call, key: string): Promise<Report[]> {
  if (call.body.length > EVENT_BYTES_MAX) throw new BodyError("The webhook is larger than Mailgun's are");
  const body = jsonIn(call.body);
  const [signature = {}] = rows([body.signature]);
  const token = await signedToken(call, key, (name) => String(signature[name] ?? ""));
  await useOnce(call, token, await sha256(call.body));
  return mailgunReports(rows([body["event-data"]])[0] ?? {});
}

/** The token of a request that Mailgun has signed. @throws SignatureError */
async function signedToken(call: Call, key: string, read: (name: string) => string): Promise<string> {
  const [timestamp, token] = [read("timestamp"), read("token")];
  const expected = await hmac(encoder.encode(key), encoder.encode(timestamp + token));
  const hex = Array.from(expected, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!isEqual(hex, read("signature").toLowerCase())) throw new SignatureError("The signature is not of our key");
  checkedTime(timestamp, call.now, OLDEST_SECONDS);
  return token;
}

async function useOnce(call: Call, token: string, content: string): Promise<void> {
  if (token === "" || !await call.isFirstUse("mailgun", token, content)) {
    throw new SignatureError("The token came with another mail");
  }
}

function fromFields(form: Form): Uint8Array {
  let headers: [string, string][] = [];
  try {
    const written: unknown = JSON.parse(textIn(form, "message-headers") ?? "");
    headers = (written as unknown[]).filter(Array.isArray).map((one) => [String(one[0]), String(one[1])]);
  } catch {
    throw new BodyError("The form has no headers of a mail");
  }
  const ids = contentIds(textIn(form, "content-id-map"));
  const files = [...form].filter(([name]) => /^attachment-\d+$/.test(name)).map(([name, field]) => ({
    name: field.filename ?? "",
    type: field.type,
    contentId: ids.get(name) ?? null,
    content: field.bytes,
  }));
  return composed({ headers, text: textIn(form, "body-plain"), html: textIn(form, "body-html"), files });
}

/** Which attachment has which id. */
function contentIds(written: string | null): Map<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(written ?? "{}")).map(([id, name]) => [String(name), id]));
  } catch {
    return new Map();
  }
}
