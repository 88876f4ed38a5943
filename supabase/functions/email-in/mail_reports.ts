/** Mails that are no conversation: bounces, complaints, receipts, answers to invitations; and what was forwarded. */

import { type Address, addressesIn, bareAddress, idsIn, oneLine } from "./mail_headers.ts";
import { decodeText, decodeWords } from "./mail_charset.ts";
import { type Header, type Part, valueOf, valuesOf } from "./mail_tree.ts";
import { FROM_WORDS, SUBJECT_WORDS } from "./mail_words.ts";

export interface Recipient {
  address: string;
  action: string | null;
  status: string | null;
  diagnostic: string | null;
}

export interface Bounce {
  /** Ids of the mail that came back. */
  ids: string[];
  /** Tokens of the addresses that it came back to. */
  tokens: string[];
  recipients: Recipient[];
}

export interface Reports {
  bounce: Bounce | null;
  report: "complaint" | "disposition" | null;
  /** Ids of the mail that a complaint or a receipt is about. */
  ids: string[];
}

const RECIPIENTS_MAX = 50;
const IDS_MAX = 50;
const CALENDAR_BYTES_MAX = 20_000;
const PART_BYTES_MAX = 256 * 1024;
const ORIGINAL = new Set(["message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"]);
const REPORT = /^message\/(?:(?:global-)?(?:delivery-status|disposition-notification)|feedback-report)$/;
const SENDER = /^(mailer-daemon|postmaster|mail-daemon|mdaemon|bounces?)(\+|$)/i;
const SUBJECT =
  /undeliver|returned mail|delivery (?:status|has failed|failure|incomplete|problem)|failure notice|mail delivery|delivery notification|unzustellbar|nicht zustellbar|non remis|no se ha podido entregar|mancata consegna|não entregue|onbestelbaar|невозможно доставить/i;
const IDS_IN_TEXT = /^[ \t>]*(?:message-id|original-message-id|references|in-reply-to):(.{0,2000})/gim;
const TOKEN = /^bounce\+([a-z2-7]{26})@/i;

/** All leaves of a part, in the order of the mail. */
function* leavesOf(part: Part): Generator<Part> {
  if (part.parts.length === 0) yield part;
  for (const child of part.parts) yield* leavesOf(child);
}

/**
 * What a mail reports.
 *
 * @param recipients the envelope's recipients and those of the headers: a bounce address has a token
 */
export function reportsOf(root: Part, from: Address[], subject: string, text: string, recipients: string[]): Reports {
  const leaves = [...leavesOf(root)];
  const of = (type: string) => leaves.find((part) => part.type === type);
  const ids = returnedIds(leaves);
  const status = of("message/delivery-status") ?? of("message/global-delivery-status");
  if (of("message/feedback-report") !== undefined) return { bounce: null, report: "complaint", ids };
  const disposition = of("message/disposition-notification") ?? of("message/global-disposition-notification");
  if (disposition !== undefined) {
    return { bounce: null, report: "disposition", ids };
  }
  const found = recipients.map((address) => TOKEN.exec(address)?.[1]?.toLowerCase()).filter((one) => one !== undefined);
  const tokens = [...new Set(found)];
  if (status !== undefined) {
    return { bounce: { ids, tokens, recipients: statusesOf(status) }, report: null, ids: [] };
  }
  if (!isOldBounce(root, from, subject, tokens)) return { bounce: null, report: null, ids: [] };
  const failed = addressesIn(valuesOf(root.headers, "x-failed-recipients")).addresses.map(({ address }) => address);
  const named = failed.length > 0
    ? failed
    : [...text.slice(0, 20_000).matchAll(/^[ \t]*<([^<>\s@]+@[^<>\s@]+)>:/gm)].map((match) => match[1]!);
  const written = ids.length > 0
    ? ids
    : idsIn([...text.slice(0, 100_000).matchAll(IDS_IN_TEXT)].map((match) => match[1]!));
  const people = named.slice(0, RECIPIENTS_MAX).map((address) => ({
    address,
    action: "failed",
    status: statusIn(text),
    diagnostic: null,
  }));
  return { bounce: { ids: written, tokens, recipients: people }, report: null, ids: [] };
}

/** The ids of the mail that a report is about: those that it names, and that of the mail that it returns. */
function returnedIds(leaves: Part[]): string[] {
  const found: string[] = [];
  for (const part of leaves) {
    if (ORIGINAL.has(part.type)) {
      const headers = headersIn(part);
      found.push(...idsIn(valuesOf(headers, "message-id")).slice(0, 1));
      // Outlook's server gives a mail another id, and keeps ours here.
      found.push(...idsIn(valuesOf(headers, "x-microsoft-original-message-id")));
    } else if (REPORT.test(part.type)) {
      const blocks = blocksOf(part).flatMap(fieldsIn);
      for (const key of ["original-message-id", "x-original-message-id"]) found.push(...idsIn(valuesOf(blocks, key)));
    }
  }
  return [...new Set(found)].slice(0, IDS_MAX);
}

/** A bounce without a machine's report: from a mail server, and about a failure. */
function isOldBounce(root: Part, from: Address[], subject: string, tokens: string[]): boolean {
  if (tokens.length > 0 || valueOf(root.headers, "x-failed-recipients") !== null) return true;
  const isServer = from.length === 1 && SENDER.test(from[0]!.address.split("@")[0]!);
  return isServer && SUBJECT.test(subject) && !/^(re|aw|sv|fwd?|wg)\s*:/i.test(subject);
}

function statusIn(text: string): string | null {
  return /(?:^|[\s(#])([245]\.\d{1,3}\.\d{1,3})(?=[\s,;:)]|$)/.exec(text.slice(0, 20_000))?.[1] ?? null;
}

/** One block for each recipient; the first is about the mail. */
function statusesOf(status: Part): Recipient[] {
  const found: Recipient[] = [];
  for (const block of blocksOf(status)) {
    const headers = fieldsIn(block);
    const named = valueOf(headers, "final-recipient") ?? valueOf(headers, "original-recipient");
    const address = bareAddress(named?.replace(/^[^;]*;/, "").trim() ?? null);
    if (address === null || found.length >= RECIPIENTS_MAX) continue;
    found.push({
      address,
      action: valueOf(headers, "action")?.trim().toLowerCase().slice(0, 50) || null,
      status: /\d\.\d{1,3}\.\d{1,3}/.exec(valueOf(headers, "status") ?? "")?.[0] ?? null,
      diagnostic: oneLine(valueOf(headers, "diagnostic-code") ?? "").replace(/^[\w-]{1,20};\s*/, "").slice(0, 500) ||
        null,
    });
  }
  return found;
}

/** The header of a mail that is attached, or of a part that is only a header. */
function headersIn(part: Part): Header[] {
  return fieldsIn(blocksOf(part)[0]!);
}

/** Texts between empty lines. */
function blocksOf(part: Part): string[] {
  const text = decodeText(part.bytes.subarray(0, PART_BYTES_MAX), null).text;
  return text.replace(/^\n+/, "").split(/\n[ \t]*\n/);
}

function fieldsIn(block: string): Header[] {
  const fields: Header[] = [];
  for (const line of block.split("\n").slice(0, 2_000)) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      if (last.value.length < 20_000) last.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon > 0) fields.push({ key: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  return fields;
}

export function isCalendarReply(root: Part): boolean {
  return [...leavesOf(root)].some(({ type, params, bytes }) =>
    (type === "text/calendar" || type === "application/ics") &&
    (params.method?.trim().toUpperCase() === "REPLY" ||
      /^METHOD:REPLY\b/im.test(decodeText(bytes.subarray(0, CALENDAR_BYTES_MAX), null).text))
  );
}

export interface Forwarded {
  from: Address;
  subject: string | null;
}

const FORWARD = /^\s*(?:fwd?|wg|tr|rv|i|enc|vs|vb|doorst|weiterl|пересл|转发|転送)\s*(?:\[\d+\])?\s*[:：]/i;
const FORWARD_LINE =
  /^[ \t>]*(?:-{3,}\s*(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|vidarebefordrat meddelande|videresendt (?:besked|melding))\s*-{3,}|begin forwarded message\s*:|anfang der weitergeleiteten nachricht\s*:|début du message (?:réexpédié|transféré)\s*:|inicio del mensaje reenviado\s*:|inizio messaggio inoltrato\s*:)[ \t]*$/im;
const FROM = new RegExp(`^[ \\t>]*\\*?(?:${FROM_WORDS})\\s?[:：]\\*?[ \\t]*(\\S[^\\n]{0,300})$`, "im");
const SUBJECT_LINE = new RegExp(`^[ \\t>]*\\*?(?:${SUBJECT_WORDS})\\s?[:：]\\*?[ \\t]*(\\S[^\\n]{0,300})$`, "im");

/** The mail that was forwarded: an attached one, or a block in the text. What it says of its author is a claim. */
export function forwardedOf(root: Part, subject: string, text: string, isReply: boolean): Forwarded | null {
  const hasPrefix = FORWARD.test(subject);
  const attached = [...leavesOf(root)].find((part) => part.type === "message/rfc822");
  if (attached !== undefined && (hasPrefix || !isReply)) {
    const headers = headersIn(attached);
    const [from] = addressesIn(valuesOf(headers, "from")).addresses;
    if (from !== undefined) {
      return { from, subject: oneLine(decodeWords(valueOf(headers, "subject") ?? "").text) || null };
    }
  }
  const start = text.slice(0, 100_000);
  const line = FORWARD_LINE.exec(start);
  const at = line === null ? (hasPrefix ? 0 : null) : line.index + line[0].length;
  if (at === null) return null;
  const block = start.slice(at, at + 4_000);
  const claimed = FROM.exec(block)?.[1];
  if (claimed === undefined) return null;
  const [from] = addressesIn([claimed.replace(/\[mailto:([^\]]+)\]/i, "<$1>")]).addresses;
  return from === undefined
    ? null
    : { from, subject: oneLine(SUBJECT_LINE.exec(block)?.[1] ?? "").slice(0, 300) || null };
}
