/** A mail's raw bytes as the JSON that `ingest_email()` takes. Whatever the bytes are, there is an answer. */

import { type Address, addressesIn, bareAddress, bareId, dateOf, idsIn, oneLine, textOf } from "./mail_headers.ts";
import { bodyOf, collect } from "./mail_body.ts";
import { filesOf, type MailFile, sha256 } from "./mail_files.ts";
import { isEncrypted } from "./mail_smime.ts";
import { type Bounce, type Forwarded, forwardedOf, isCalendarReply, reportsOf } from "./mail_reports.ts";
import { type Header, type Part, readTree, valueOf, valuesOf } from "./mail_tree.ts";

export interface Verdict {
  result: "pass" | "fail" | "none";
  source: string;
  detail: string;
  /** Of which author's domain the provider speaks, where it says so: the database compares it with ours. */
  domain?: string;
}

export interface ParsedMail {
  message_id: string | null;
  in_reply_to: string[];
  references: string[];
  from: Address[];
  sender: string | null;
  reply_to: Address[];
  to: Address[];
  cc: Address[];
  subject: string;
  date: string | null;
  text: string;
  html: string | null;
  /** In code points of the text. */
  trimmed_from: number | null;
  headers: Record<string, string | number | string[]>;
  verdict: Verdict;
  bounce: Bounce | null;
  report: "complaint" | "disposition" | null;
  is_calendar_reply: boolean;
  forwarded: Forwarded | null;
  attachments: MailFile[];
  encoding_repaired: boolean;
  flags: string[];
  content_sha256: string;
}

export interface Parsed {
  mail: ParsedMail;
  /** The parts of the files, in the order of `attachments`. */
  files: Part[];
}

/** In characters. */
export const TEXT_MAX = 500_000;
const SUBJECT_MAX = 1_000;
const IDS_MAX = 50;
const REFERENCES_MAX = 100;
const VALUE_MAX = 2_000;
/** Headers that say what kind of a mail it is: their key in the JSON, and their name. */
const KINDS = {
  auto_submitted: "auto-submitted",
  x_autoreply: "x-autoreply",
  x_autorespond: "x-autorespond",
  x_auto_response_from: "x-auto-response-from",
  precedence: "precedence",
  return_path: "return-path",
  list_id: "list-id",
  list_post: "list-post",
  mailing_list: "mailing-list",
  our_marker: "x-helpdesk-installation",
} as const;
/** Whom the mail was delivered to, as servers note it. */
const DELIVERED = ["delivered-to", "x-original-to", "x-forwarded-to"];

/**
 * Parse a mail.
 *
 * @param raw its bytes as they came
 * @param envelope the addresses that the mail was delivered to
 * @param verdict what a provider says about the sender; without it, the database reads the mail's own headers
 */
export async function parseMail(raw: Uint8Array, envelope: string[] = [], verdict?: Verdict): Promise<Parsed> {
  const { root, flags: treeFlags } = await readTree(raw);
  const { headers } = root;
  const collected = await collect(root);
  const body = bodyOf(collected);
  const subject = textOf(headers, "subject", SUBJECT_MAX);
  const people = (keys: string[]) => addressesIn(keys.flatMap((key) => valuesOf(headers, key)));
  const [from, replyTo, to, cc] = [people(["from"]), people(["reply-to"]), people(["to"]), people(["cc"])];
  // Of two headers nobody knows which one a program shows.
  const authors = valuesOf(headers, "from").length > 1 ? [] : from.addresses;
  const text = firstOf(body.text, TEXT_MAX);
  const html = body.html === null ? null : firstOf(body.html, TEXT_MAX);
  const delivered = people(DELIVERED).addresses.map(({ address }) => address);
  const addressed = [...envelope, ...to.addresses.map(({ address }) => address), ...delivered];
  const reports = reportsOf(root, authors, subject.text, text, addressed);
  const isReport = reports.bounce !== null || reports.report !== null;
  const replies = idsIn(valuesOf(headers, "in-reply-to"));
  const files = await filesOf(collected.files, body.sources, collected.encrypted);
  const flags = new Set([...treeFlags, ...body.flags]);
  if (text !== body.text) flags.add("shortened");
  if (html !== body.html) flags.add("html_shortened");
  if (collected.files.some(isEncrypted) || text.includes("-----BEGIN PGP MESSAGE-----")) flags.add("encrypted");
  if (files.some((file) => file.flags.includes("tnef"))) flags.add("tnef");
  const date = dateOf(valueOf(headers, "date"));
  const forwarded = isReport ? null : forwardedOf(root, subject.text, text, replies.length > 0);
  // What was forwarded is what the mail is about.
  const trimmed = forwarded === null && body.trimmedFrom !== null && body.trimmedFrom < text.length
    ? body.trimmedFrom
    : null;
  const mail: ParsedMail = {
    message_id: idsIn(valuesOf(headers, "message-id"))[0] ?? bareId(valueOf(headers, "message-id")),
    in_reply_to: replies.slice(0, IDS_MAX),
    // A complaint names the mail that it is about only in what it returns.
    references: [...new Set([...idsIn(valuesOf(headers, "references")), ...reports.ids])].slice(-REFERENCES_MAX),
    from: authors,
    sender: bareAddress(valueOf(headers, "sender")),
    reply_to: replyTo.addresses,
    to: to.addresses,
    cc: cc.addresses,
    subject: subject.text,
    date,
    text,
    html,
    trimmed_from: trimmed === null ? null : codePoints(text.slice(0, trimmed)),
    headers: { ...kindsOf(headers), ...(delivered.length > 0 ? { delivered_to: delivered.slice(0, IDS_MAX) } : {}) },
    verdict: verdict ?? { result: "none", source: "headers", detail: "" },
    bounce: reports.bounce,
    report: reports.report,
    is_calendar_reply: isCalendarReply(root),
    forwarded,
    attachments: files,
    encoding_repaired: body.isRepaired || [subject, from, replyTo, to, cc].some((one) => one.isRepaired),
    flags: [...flags],
    content_sha256: await sha256([
      authors.map(({ address }) => address).join(","),
      date ?? "",
      subject.text,
      text,
      // Two newsletters may have one text, or none. Servers wrap lines anew: that makes no other mail.
      (html ?? "").replaceAll(/[ \t\r\n\f\v]+/g, " "),
      ...files.map((file) => file.sha256),
    ].join("\n")),
  };
  return { mail, files: collected.files };
}

function kindsOf(headers: Header[]): Record<string, string | number | string[]> {
  const found: Record<string, string | number | string[]> = {};
  for (const [name, key] of Object.entries(KINDS)) {
    const value = valueOf(headers, key);
    if (value !== null) found[name] = oneLine(value).slice(0, VALUE_MAX).toWellFormed();
  }
  found.received_count = valuesOf(headers, "received").length;
  // Whole, and all of them: of a header that was cut nobody knows what it said.
  const results = valuesOf(headers, "authentication-results");
  if (results.length > 0) {
    found.authentication_results = results.map(oneLine);
  }
  for (const key of ["x-original-sender", "x-original-from"]) {
    const address = bareAddress(valueOf(headers, key));
    if (address !== null) found[key.replaceAll("-", "_")] = address;
  }
  return found;
}

/** The first characters of a text, without half a character at its end. */
function firstOf(text: string, max: number): string {
  if (text.length <= max) return text;
  let at = 0;
  for (let count = 0; count < max && at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return text.slice(0, at);
}

function codePoints(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
