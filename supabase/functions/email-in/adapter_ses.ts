/** Amazon SES through SNS: signed by Amazon; the mail is in the message. The topics are named in the environment. */

import { BodyError, type Call, jsonIn, list, needed, type Report, rows, text } from "./adapters.ts";
import { ApiError } from "../_helpdesk/api.ts";
import { sesReports } from "./delivery_reports.ts";
import { addressesIn } from "./mail_headers.ts";
import { derValues } from "./mail_smime.ts";
import type { Verdict } from "./mail_parser.ts";
import type { Incoming } from "./receiving.ts";
import { objectOf } from "./s3.ts";
import { fromBase64, SignatureError } from "./signatures.ts";

const HOST = /^sns\.[a-z0-9-]{1,30}\.amazonaws\.com(\.cn)?$/;
/** The service also answers requests of anybody: nothing else of its host is a certificate. */
const CERTIFICATE = /^\/SimpleNotificationService-[0-9a-f]{1,64}\.pem$/;
/** What SES tells a topic once, when a configuration set begins to use it. All else is JSON. */
const GREETING = "Successfully validated SNS topic for Amazon SES event publishing.";
const TIMEOUT_MS = 10_000;
/** A message may be that old: SNS tries again for hours, and the signature is over its time. */
const OLD_MS = 24 * 3600 * 1000;
const SIGNED: Readonly<Record<string, string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};
const keys = new Map<string, CryptoKey>();

export async function fromSes(call: Call): Promise<Incoming | Report[] | Response> {
  const topics = list(needed(call, "HELPDESK_EMAIL_SES_TOPICS"));
  const message = jsonIn(call.body);
  if (!topics.includes(String(message.TopicArn))) throw new SignatureError("The topic is not one of ours");
  await verify(call, message);
  if (message.Type === "SubscriptionConfirmation") {
    await fetched(call, amazonUrl(message.SubscribeURL));
    return new Response("subscribed");
  }
  if (message.Message === GREETING) return [];
  const notice = jsonIn(new TextEncoder().encode(String(message.Message)));
  if (notice.notificationType !== "Received") return sesReports(notice);
  const [receipt] = rows([notice.receipt]);
  const [mail] = rows([notice.mail]);
  const raw = await bytesOf(call, message, notice, rows([receipt?.action])[0] ?? {});
  const to = (Array.isArray(receipt?.recipients) ? receipt.recipients : []).map(text).filter((one) => one !== null);
  const verdict = verdictIn(receipt ?? {}, authorDomain(mail ?? {}));
  return { raw, envelope: { from: text(mail?.source), to }, source: "ses", verdict };
}

/** The mail: in the notification up to 150 KB, or in S3, where the rule has put it. */
async function bytesOf(
  call: Call,
  message: Record<string, unknown>,
  notice: Record<string, unknown>,
  action: Record<string, unknown>,
): Promise<Uint8Array> {
  const content = text(notice.content);
  if (content !== null) {
    return String(action.encoding).toUpperCase() === "BASE64" ? fromBase64(content) : new TextEncoder().encode(content);
  }
  if (action.type === "S3") {
    const [prefix, key] = [action.objectKeyPrefix ?? "", action.objectKey ?? ""].map(String) as [string, string];
    const whole = key.startsWith(prefix) ? key : prefix + key;
    return await objectOf(call, String(message.TopicArn), String(action.bucketName), whole);
  }
  throw new BodyError("The notification has no mail: choose the action for S3 with a topic, or the action for SNS");
}

/** The domain of the author as Amazon has read it. The verdict is of that one: the database compares it with ours. */
function authorDomain(mail: Record<string, unknown>): string | null {
  const [headers] = rows([mail.commonHeaders]);
  const from = Array.isArray(headers?.from) ? headers.from.map(String) : [];
  const { addresses } = addressesIn(from);
  return addresses.length === 1 ? addresses[0]!.address.split("@")[1]?.toLowerCase() ?? null : null;
}

function verdictIn(receipt: Record<string, unknown>, domain: string | null): Verdict {
  const status = (name: string) => String(rows([receipt[name]])[0]?.status ?? "").toUpperCase();
  const [dmarc, policy] = [status("dmarcVerdict"), String(receipt.dmarcPolicy ?? "").toLowerCase()];
  const isRefused = dmarc === "FAIL" && (policy === "quarantine" || policy === "reject");
  const detail = `dmarc ${dmarc} policy ${policy} dkim ${status("dkimVerdict")} spf ${status("spfVerdict")} virus ${
    status("virusVerdict")
  }`;
  return {
    result: dmarc === "PASS" && domain !== null ? "pass" : isRefused ? "fail" : "none",
    source: "ses",
    ...(domain === null ? {} : { domain }),
    detail: detail.slice(0, 200),
  };
}

async function verify(call: Call, message: Record<string, unknown>): Promise<void> {
  const names = SIGNED[String(message.Type)];
  if (names === undefined) throw new SignatureError("The message is of no type that we know");
  const version = String(message.SignatureVersion);
  if (version !== "1" && version !== "2") throw new SignatureError("The version of the signature is not known");
  const hash = version === "1" ? "SHA-1" : "SHA-256";
  const content = names.filter((name) => message[name] != null).map((name) => `${name}\n${message[name]}\n`).join("");
  const key = await keyOf(call, amazonUrl(message.SigningCertURL), hash);
  let isValid = false;
  try {
    const signature = fromBase64(String(message.Signature));
    isValid = await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, signature, new TextEncoder().encode(content));
  } catch {
    // It is no signature at all.
  }
  if (!isValid) throw new SignatureError("The signature is not Amazon's");
  const time = Date.parse(String(message.Timestamp));
  if (!(Math.abs(call.now - time) <= OLD_MS)) throw new SignatureError("The message is too old, or from the future");
}

/** An address of Amazon's. @throws SignatureError for any other */
function amazonUrl(value: unknown): string {
  const url = URL.canParse(String(value)) ? new URL(String(value)) : null;
  if (url === null || url.protocol !== "https:" || !HOST.test(url.hostname) || url.port !== "" || url.username !== "") {
    throw new SignatureError("The message names an address that is not Amazon's");
  }
  return url.href;
}

async function fetched(call: Call, url: string): Promise<string> {
  try {
    const answer = await call.fetch(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = await answer.text();
    if (answer.ok) return body;
    throw new Error(String(answer.status));
  } catch (error) {
    throw new ApiError(503, {
      code: "sns",
      message: `Amazon cannot be asked: ${(error as Error).message.slice(0, 100)}`,
    });
  }
}

async function keyOf(call: Call, url: string, hash: string): Promise<CryptoKey> {
  if (!CERTIFICATE.test(new URL(url).pathname)) throw new SignatureError("The message names no certificate");
  const known = keys.get(hash + url);
  if (known !== undefined) return known;
  const pem = await fetched(call, url);
  const der = fromBase64(pem.replaceAll(/-----[^-]*-----/g, "").replaceAll(/\s+/g, ""));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
  const key = await crypto.subtle.importKey("spki", publicKeyIn(der), algorithm, false, ["verify"]);
  if (keys.size > 50) keys.clear();
  keys.set(hash + url, key);
  return key;
}

/** The public key of a certificate: after version, serial, algorithm, issuer, validity and subject. */
function publicKeyIn(certificate: Uint8Array): Uint8Array<ArrayBuffer> {
  const [outer] = derValues(certificate);
  const [body] = derValues(outer!.content);
  const fields = derValues(body!.content);
  const found = fields[fields[0]!.tag === 0xa0 ? 6 : 5]!;
  return found.whole as Uint8Array<ArrayBuffer>;
}
