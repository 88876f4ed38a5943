/** Mailgun routes: a form; the URL that ends in `mime` receives the raw mail in `body-mime`. */

import { BodyError, type Call, needed } from "./adapters.ts";
import { composed } from "./compose.ts";
import { type Form, readForm, textIn } from "./form.ts";
import { sha256 } from "./mail_files.ts";
import type { Incoming } from "./receiving.ts";
import { checkedTime, hmac, isEqual, SignatureError, TOLERANCE_SECONDS } from "./signatures.ts";

/** Tokens that came, with the hash of what they came with. The content is not signed: a token is good for one mail. */
const tokens = new Map<string, { content: string; until: number }>();
const TOKENS_MAX = 10_000;

export async function fromMailgun(call: Call): Promise<Incoming> {
  const key = needed(call, "HELPDESK_EMAIL_MAILGUN");
  const form = readForm(call.body, call.headers.get("content-type") ?? "");
  const [timestamp, token, signature] = ["timestamp", "token", "signature"].map((name) => textIn(form, name) ?? "") as [
    string,
    string,
    string,
  ];
  const encoder = new TextEncoder();
  const expected = await hmac(encoder.encode(key), encoder.encode(timestamp + token));
  const hex = Array.from(expected, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!isEqual(hex, signature.toLowerCase())) throw new SignatureError("The signature is not of our key");
  checkedTime(timestamp, call.now);
  const raw = form.get("body-mime")?.bytes ?? fromFields(form);
  await useOnce(token, await sha256(raw), call.now);
  const recipients = (textIn(form, "recipient") ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  return { raw, envelope: { from: textIn(form, "sender"), to: recipients }, source: "mailgun" };
}

function useOnce(token: string, content: string, now: number): void {
  for (const [old, { until }] of tokens) {
    if (until > now && tokens.size < TOKENS_MAX) break;
    tokens.delete(old);
  }
  const before = tokens.get(token);
  if (before !== undefined && before.content !== content) throw new SignatureError("The token came with another mail");
  tokens.set(token, { content, until: now + 2 * TOLERANCE_SECONDS * 1000 });
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
