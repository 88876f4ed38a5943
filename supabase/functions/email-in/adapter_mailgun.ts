/** Mailgun routes: a form; the URL that ends in `mime` receives the raw mail in `body-mime`. */

import { BodyError, type Call, needed } from "./adapters.ts";
import { composed } from "./compose.ts";
import { type Form, readForm, textIn } from "./form.ts";
import { sha256 } from "./mail_files.ts";
import type { Incoming } from "./receiving.ts";
import { checkedTime, hmac, isEqual, SignatureError } from "./signatures.ts";

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
  const recipients = (textIn(form, "recipient") ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  const mail = { raw, envelope: { from: textIn(form, "sender"), to: recipients }, source: "mailgun" };
  // Neither the content nor the envelope is signed: a token is good for one mail.
  const content = await sha256(encoder.encode(JSON.stringify([await sha256(raw), mail.envelope])));
  if (token === "" || !await call.isFirstUse("mailgun", token, content)) {
    throw new SignatureError("The token came with another mail");
  }
  return mail;
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
