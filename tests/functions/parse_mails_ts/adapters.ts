/**
 * Prints what each adapter makes of the mails whose paths are given: by path and way, the hash of the raw bytes, or the
 * parsed mail where the provider hands over fields only.
 */

import type { Adapter, Call } from "../../../supabase/functions/email-in/adapters.ts";
import { fromMailgun } from "../../../supabase/functions/email-in/adapter_mailgun.ts";
import { fromPostmark } from "../../../supabase/functions/email-in/adapter_postmark.ts";
import { fromRaw } from "../../../supabase/functions/email-in/adapter_raw.ts";
import { fromResend } from "../../../supabase/functions/email-in/adapter_resend.ts";
import { fromSendgrid } from "../../../supabase/functions/email-in/adapter_sendgrid.ts";
import { collect, fileNameOf } from "../../../supabase/functions/email-in/mail_body.ts";
import { sha256 } from "../../../supabase/functions/email-in/mail_files.ts";
import { parseMail } from "../../../supabase/functions/email-in/mail_parser.ts";
import { type Header, readTree } from "../../../supabase/functions/email-in/mail_tree.ts";
import { base64, hmac } from "../../../supabase/functions/email-in/signatures.ts";

const KEY = "a secret of thirty-two bytes, ok";
const SECRETS: Record<string, string> = {
  HELPDESK_EMAIL_SECRET: `whsec_${btoa(KEY)}`,
  HELPDESK_EMAIL_RESEND: `whsec_${btoa(KEY)}`,
  HELPDESK_EMAIL_POSTMARK: "n:p",
  HELPDESK_EMAIL_SENDGRID: "n:p",
  HELPDESK_EMAIL_MAILGUN: KEY,
  RESEND_API_KEY: "re_key",
};
const BASIC = { authorization: `Basic ${btoa("n:p")}` };
const FORM = { "content-type": "multipart/form-data; boundary=bbb" };
const encode = (text: string) => new TextEncoder().encode(text);

interface Fields {
  headers: Header[];
  plain: string;
  html: string | null;
  files: { name: string; type: string; id: string | null; bytes: Uint8Array }[];
}

/** Its name, its value, and of a file its name and type. */
type Field = [string, string | Uint8Array, string?, string?];

async function form(fields: Field[]): Promise<Uint8Array> {
  const parts: BlobPart[] = [];
  for (const [name, value, filename, type] of fields) {
    const file = filename === undefined ? "" : `; filename="${filename.replaceAll('"', "'")}"`;
    const kind = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    parts.push(
      `--bbb\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${kind}\r\n`,
      value as BlobPart,
      "\r\n",
    );
  }
  return await new Blob([...parts, "--bbb--\r\n"]).bytes();
}

async function signed(prefix: string, body: Uint8Array): Promise<Record<string, string>> {
  const time = String(Math.floor(Date.now() / 1000));
  const signature = base64(await hmac(encode(KEY), await new Blob([`m.${time}.`, body as BlobPart]).bytes()));
  return { [`${prefix}-id`]: "m", [`${prefix}-timestamp`]: time, [`${prefix}-signature`]: `v1,${signature}` };
}

async function mailgun(more: Field[]): Promise<Uint8Array> {
  const [time, token] = [String(Math.floor(Date.now() / 1000)), crypto.randomUUID()];
  const signature = Array.from(
    await hmac(encode(KEY), encode(time + token)),
    (one) => one.toString(16).padStart(2, "0"),
  );
  return await form([["timestamp", time], ["token", token], ["signature", signature.join("")], ...more]);
}

type Way = [Adapter, Uint8Array, Record<string, string>, Record<string, Uint8Array>];

async function raw(bytes: Uint8Array): Promise<Record<string, Way>> {
  const event = encode(JSON.stringify({ type: "email.received", data: { email_id: "e" } }));
  const fetched = {
    "https://api.resend.com/emails/receiving/e": encode(
      JSON.stringify({ raw: { download_url: "https://x.example/e" } }),
    ),
    "https://x.example/e": bytes,
  };
  // JSON has text: bytes in another charset come only in the other ways.
  const text = new TextDecoder().decode(bytes);
  const isText = (await sha256(text)) === await sha256(bytes);
  const postmark = encode(JSON.stringify({ RawEmail: text, OriginalRecipient: "support@desk.example" }));
  const handedOver = encode(JSON.stringify({ envelope: { from: null, to: [] }, mail: base64(bytes) }));
  return {
    ...(isText && text !== "" ? { postmark: [fromPostmark, postmark, BASIC, {}] as Way } : {}),
    raw: [fromRaw, handedOver, await signed("webhook", handedOver), {}],
    sendgrid: [fromSendgrid, await form([["email", bytes]]), { ...BASIC, ...FORM }, {}],
    mailgun: [fromMailgun, await mailgun([["body-mime", bytes]]), FORM, {}],
    resend: [fromResend, event, await signed("svix", event), fetched],
  };
}

async function fields({ headers, plain, html, files }: Fields): Promise<Record<string, Way>> {
  const lines = headers.map(({ key, value }) => `${key}: ${value}`).join("\n");
  const texts: [string, string][] = html === null ? [["", plain]] : [["", plain], ["html", html]];
  const named = (plainName: string, htmlName: string) =>
    texts.map(([kind, text]): [string, string] => [kind === "html" ? htmlName : plainName, text]);
  const postmark = JSON.stringify({
    Headers: headers.map(({ key, value }) => ({ Name: key, Value: value })),
    TextBody: plain,
    HtmlBody: html ?? "",
    Attachments: files.map(({ name, type, id, bytes }) => ({
      Name: name,
      ContentType: type,
      ContentID: id,
      Content: base64(bytes),
    })),
  });
  const info = Object.fromEntries(
    files.map(({ name, type, id }, index) => [`attachment${index}`, { filename: name, type, "content-id": id }]),
  );
  return {
    postmark: [fromPostmark, encode(postmark), BASIC, {}],
    sendgrid: [
      fromSendgrid,
      await form([
        ["headers", lines],
        ...named("text", "html"),
        ["attachment-info", JSON.stringify(info)],
        ...files.map(({ bytes }, index): [string, Uint8Array] => [`attachment${index}`, bytes]),
      ]),
      { ...BASIC, ...FORM },
      {},
    ],
    mailgun: [
      fromMailgun,
      await mailgun([
        ["message-headers", JSON.stringify(headers.map(({ key, value }) => [key, value]))],
        ...named("body-plain", "body-html"),
        ...files.map(({ name, type, bytes }, index): Field => [`attachment-${index + 1}`, bytes, name, type]),
      ]),
      FORM,
      {},
    ],
  };
}

async function through([adapter, body, headers, fetched]: Way): Promise<Uint8Array> {
  const send = ((url: string) => Promise.resolve(new Response(fetched[url] as BodyInit))) as typeof fetch;
  const call: Call = {
    headers: new Headers(headers),
    body,
    secret: (name) => SECRETS[name],
    fetch: send,
    isFirstUse: () => Promise.resolve(true),
    now: Date.now(),
  };
  const made = await adapter(call);
  if (made instanceof Response) throw new Error("an answer, and no mail");
  return made.raw;
}

const read: Record<string, unknown> = {};
for (const path of Deno.args) {
  const bytes = await Deno.readFile(path);
  const { root } = await readTree(bytes);
  const { pieces, files } = await collect(root);
  const htmls = pieces.map(({ html }) => html).filter((html) => html !== null);
  const parts: Fields = {
    headers: root.headers,
    plain: pieces.map(({ plain }) => plain ?? "").join("\n"),
    html: htmls.length > 0 ? htmls.join("\n") : null,
    files: files.map((file) => ({
      name: fileNameOf(file) ?? "",
      type: file.type,
      id: file.contentId,
      bytes: file.bytes,
    })),
  };
  const ways: Record<string, unknown> = {};
  for (const [name, way] of Object.entries(await raw(bytes))) ways[name] = await sha256(await through(way));
  for (const [name, way] of Object.entries(await fields(parts))) {
    ways[`${name} fields`] = (await parseMail(await through(way))).mail;
  }
  read[path] = ways;
}
console.log(JSON.stringify(read));
