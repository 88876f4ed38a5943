/** SendGrid Inbound Parse: a form, with the raw mail in `email` where that is switched on. */

import { BodyError, type Call, list, needed, type Report, rows, text } from "./adapters.ts";
import { composed, headerLines } from "./compose.ts";
import { sendgridReports } from "./delivery_reports.ts";
import { type Form, readForm, textIn } from "./form.ts";
import { addressesIn } from "./mail_headers.ts";
import { joined } from "./mail_charset.ts";
import type { Verdict } from "./mail_parser.ts";
import type { Incoming } from "./receiving.ts";
import { checkedTime, fromBase64, SignatureError, verifyBasic } from "./signatures.ts";

const SIGNATURE = "x-twilio-email-event-webhook-signature";
const TIME = "x-twilio-email-event-webhook-timestamp";
const FILES_MAX = 100;

export async function fromSendgrid(call: Call): Promise<Incoming | Report[]> {
  const secret = needed(call, "HELPDESK_EMAIL_SENDGRID");
  // `name:password` in the URL, or public keys: the Event Webhook has another than the policy of Inbound Parse.
  if (secret.includes(":")) verifyBasic(call.headers, secret);
  else await verifyEcdsa(call, list(secret));
  const type = call.headers.get("content-type") ?? "";
  if (/^application\/json\b/i.test(type)) return sendgridReports(eventsIn(call.body));
  const form = readForm(call.body, type);
  const raw = form.get("email")?.bytes;
  if (raw === undefined && !form.has("headers")) throw new BodyError("The form has no mail");
  const verdict = verdictIn(form);
  return {
    raw: raw ?? fromFields(form),
    envelope: envelopeIn(form),
    source: "sendgrid",
    ...(verdict === null ? {} : { verdict }),
  };
}

/** @throws BodyError */
function eventsIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new BodyError("The body is no JSON");
  }
}

async function verifyEcdsa({ headers, body, now }: Call, keys: string[]): Promise<void> {
  const [signature, time] = [headers.get(SIGNATURE), headers.get(TIME)];
  if (signature === null || time === null) throw new SignatureError("The request is not signed");
  checkedTime(time, now);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const content = joined([new TextEncoder().encode(time), body]) as Uint8Array<ArrayBuffer>;
  for (const key of keys) {
    const imported = await crypto.subtle.importKey("spki", fromBase64(key), algorithm, false, ["verify"]);
    try {
      if (await crypto.subtle.verify(algorithm, imported, fromDer(fromBase64(signature)), content)) return;
    } catch {
      // It is no signature at all.
    }
  }
  throw new SignatureError("The signature is not of the key");
}

/** The two numbers of a signature, 32 bytes each. */
function fromDer(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const numbers = new Uint8Array(64);
  let at = 2;
  for (const place of [0, 32]) {
    const length = der[at + 1]!;
    const number = der.subarray(at + 2, at + 2 + length);
    const significant = number.subarray(Math.max(0, number.length - 32));
    numbers.set(significant, place + 32 - significant.length);
    at += 2 + length;
  }
  return numbers;
}

function objectIn(form: Form, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(textIn(form, name) ?? "{}");
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

function envelopeIn(form: Form): { from: string | null; to: string[] } {
  const { from, to } = objectIn(form, "envelope");
  return { from: text(from), to: (Array.isArray(to) ? to : [to]).map(text).filter((one) => one !== null) };
}

/**
 * A signature of the author's own domain is a `pass`; of anything else SendGrid does not say what the domain wants. The
 * field `from` is decoded: it may name another author than the mail does, and so the verdict says of whose domain it is.
 */
function verdictIn(form: Form): Verdict | null {
  const dkim = textIn(form, "dkim");
  if (dkim === null) return null;
  const from = addressesIn([textIn(form, "from") ?? ""]).addresses;
  const domain = from.length === 1 ? from[0]!.address.split("@")[1]!.toLowerCase() : null;
  const passed = [...dkim.toLowerCase().matchAll(/@([a-z0-9._-]{1,253})\s*:\s*pass/g)].map((match) => match[1]!);
  const isOwn = domain !== null &&
    passed.some((one) => one === domain || (one.includes(".") && domain.endsWith(`.${one}`)));
  return isOwn ? { result: "pass", source: "sendgrid", domain, detail: `dkim ${dkim.slice(0, 200)}` } : null;
}

function fromFields(form: Form): Uint8Array {
  const charsets = objectIn(form, "charsets");
  const read = (name: string) => textIn(form, name, text(charsets[name]));
  const info = objectIn(form, "attachment-info");
  const files = [];
  for (const [name, field] of form) {
    if (!/^attachment\d+$/.test(name) || files.length >= FILES_MAX) continue;
    const [about] = rows([info[name]]);
    files.push({
      name: text(about?.filename) ?? field.filename ?? "",
      type: text(about?.type) ?? field.type,
      contentId: text(about?.["content-id"]),
      content: field.bytes,
    });
  }
  return composed({ headers: headerLines(read("headers") ?? ""), text: read("text"), html: read("html"), files });
}
