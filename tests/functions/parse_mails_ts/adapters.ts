/**
 * Prints what each adapter makes of the mails whose paths are given: by path and way, the hash of the bytes that it hands
 * over, the envelope, and the mail as it is parsed. `fields` are of providers that hand over no bytes.
 */

import worker from "../../../examples/cloudflare-email/worker.ts";
import type { Adapter, Call } from "../../../supabase/functions/email-in/adapters.ts";
import { fromMailgun } from "../../../supabase/functions/email-in/adapter_mailgun.ts";
import { fromPostmark } from "../../../supabase/functions/email-in/adapter_postmark.ts";
import { fromRaw } from "../../../supabase/functions/email-in/adapter_raw.ts";
import { fromResend } from "../../../supabase/functions/email-in/adapter_resend.ts";
import { fromSendgrid } from "../../../supabase/functions/email-in/adapter_sendgrid.ts";
import { fromSes } from "../../../supabase/functions/email-in/adapter_ses.ts";
import { collect, fileNameOf } from "../../../supabase/functions/email-in/mail_body.ts";
import { sha256 } from "../../../supabase/functions/email-in/mail_files.ts";
import { parseMail } from "../../../supabase/functions/email-in/mail_parser.ts";
import { type Header, readTree } from "../../../supabase/functions/email-in/mail_tree.ts";
import type { Incoming } from "../../../supabase/functions/email-in/receiving.ts";
import { amazon, notice } from "../../../supabase/functions/email-in/ses_testing.ts";
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
const FROM = "carla@customer.example";
const encode = (text: string) => new TextEncoder().encode(text);
const ses = await amazon("2");

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

type Way = () => Promise<Incoming>;

/** A request of a provider, and what its API and its files answer. */
function request(
  adapter: Adapter,
  body: Uint8Array,
  headers: Record<string, string>,
  fetched: Record<string, Uint8Array> = {},
): Way {
  const send = ((url: string) => Promise.resolve(new Response(fetched[url] as BodyInit))) as typeof fetch;
  const secret = (name: string) => SECRETS[name];
  const isFirstUse = () => Promise.resolve(true);
  return () => made(adapter, { headers: new Headers(headers), body, secret, fetch: send, isFirstUse, now: Date.now() });
}

async function made(adapter: Adapter, call: Call): Promise<Incoming> {
  const mail = await adapter(call);
  if (mail instanceof Response || Array.isArray(mail)) throw new Error("no mail");
  return mail;
}

function resend(mail: Record<string, unknown>, files: Record<string, Uint8Array>): Way {
  return async () => {
    const event = encode(JSON.stringify({ type: "email.received", data: { email_id: "e" } }));
    const answers = { "https://api.resend.com/emails/receiving/e": encode(JSON.stringify(mail)), ...files };
    return await request(fromResend, event, await signed("svix", event), answers)();
  };
}

/** Amazon has text, or bytes as base64. */
function amazonSes(content: string, encoding: string, to: string): Way {
  const receipt = { recipients: [to], action: { encoding } };
  return async () => await made(fromSes, await ses.message({ Message: notice(receipt, content) }));
}

function cloudflare(bytes: Uint8Array, to: string): Way {
  return async () => {
    const before = globalThis.fetch;
    let received: Incoming | undefined;
    globalThis.fetch = (async (_: string, init: RequestInit) => {
      const body = new Uint8Array(await new Response(init.body).arrayBuffer());
      received = await request(fromRaw, body, init.headers as Record<string, string>)();
      return new Response("");
    }) as typeof fetch;
    try {
      const mail = { from: FROM, to, raw: new Response(bytes as BodyInit).body! };
      await worker.email(mail, {
        EMAIL_IN_URL: "https://x.example/email-in",
        HELPDESK_EMAIL_SECRET: SECRETS.HELPDESK_EMAIL_SECRET!,
      });
    } finally {
      globalThis.fetch = before;
    }
    return received!;
  };
}

async function raw(bytes: Uint8Array, to: string): Promise<Record<string, Way>> {
  // JSON has text: bytes in another charset come only in the other ways.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const isText = text !== "" && (await sha256(text)) === await sha256(bytes);
  const handedOver = encode(JSON.stringify({ envelope: { from: FROM, to: [to] }, mail: base64(bytes) }));
  const sendgrid: Field[] = [["email", bytes], ["envelope", JSON.stringify({ to: [to], from: FROM })]];
  return {
    ...(isText
      ? {
        postmark: request(fromPostmark, encode(JSON.stringify({ RawEmail: text, OriginalRecipient: to })), BASIC),
        "ses text": amazonSes(text, "UTF8", to),
      }
      : {}),
    ...(bytes.length > 0 ? { ses: amazonSes(base64(bytes), "BASE64", to) } : {}),
    raw: request(fromRaw, handedOver, await signed("webhook", handedOver)),
    cloudflare: cloudflare(bytes, to),
    sendgrid: request(fromSendgrid, await form(sendgrid), { ...BASIC, ...FORM }),
    mailgun: request(fromMailgun, await mailgun([["body-mime", bytes], ["recipient", to], ["sender", FROM]]), FORM),
    resend: resend({ raw: { download_url: "https://x.example/e" }, to: [to] }, { "https://x.example/e": bytes }),
  };
}

async function fields({ headers, plain, html, files }: Fields, to: string): Promise<Record<string, Way>> {
  const lines = headers.map(({ key, value }) => `${key}: ${value}`).join("\n");
  const texts: [string, string][] = html === null ? [["", plain]] : [["", plain], ["html", html]];
  const named = (plainName: string, htmlName: string) =>
    texts.map(([kind, text]): [string, string] => [kind === "html" ? htmlName : plainName, text]);
  const postmark = JSON.stringify({
    OriginalRecipient: to,
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
    postmark: request(fromPostmark, encode(postmark), BASIC),
    sendgrid: request(
      fromSendgrid,
      await form([
        ["headers", lines],
        ["envelope", JSON.stringify({ to: [to], from: FROM })],
        ...named("text", "html"),
        ["attachment-info", JSON.stringify(info)],
        ...files.map(({ bytes }, index): [string, Uint8Array] => [`attachment${index}`, bytes]),
      ]),
      { ...BASIC, ...FORM },
    ),
    mailgun: request(
      fromMailgun,
      await mailgun([
        ["recipient", to],
        ["sender", FROM],
        ["message-headers", JSON.stringify(headers.map(({ key, value }) => [key, value]))],
        ...named("body-plain", "body-html"),
        ...files.map(({ name, type, bytes }, index): Field => [`attachment-${index + 1}`, bytes, name, type]),
      ]),
      FORM,
    ),
  };
}

const read: Record<string, unknown> = {};
for (const path of Deno.args) {
  const bytes = await Deno.readFile(path);
  const { envelope } = JSON.parse(await Deno.readTextFile(path.replace(/\.eml$/, ".json")));
  const to: string = envelope?.to?.[0] ?? "support@desk.example";
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
  const ways = new Map<string, Way>(Object.entries(await raw(bytes, to)));
  for (const [name, way] of Object.entries(await fields(parts, to))) ways.set(`${name} fields`, way);
  const found: Record<string, unknown> = {};
  for (const [name, way] of ways) {
    const { raw: given, envelope, verdict } = await way();
    const { mail } = await parseMail(given, envelope.to, verdict);
    found[name] = { sha256: await sha256(given), envelope, mail };
  }
  read[path] = found;
}
console.log(JSON.stringify(read));
