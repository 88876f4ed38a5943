/**
 * Where quoted text and the signature begin in a text: an offset that hides, and nothing is thrown away. When nothing
 * would remain, or there is text below the quote, everything is shown. Each line is looked at once.
 * `helpdesk_sdk.delivery.mail.parsing` has the same rules.
 */

import { FROM_WORDS, SENT_WORDS, SUBJECT_WORDS } from "./mail_words.ts";

/** The line at the top of our own mails, above which people reply: its words are an admin's. */
const OUR_LINE = /^[>|\s]*##- .{1,200} -##\s*$/;

/** The ends of `On … wrote:`. */
const WROTE =
  /(?:wrote|writes|schrieb(?: .{1,120})?|a écrit|escribió|ha scritto|escreveu|(?:schreef|skrev|napisał(?:\(a\))?)(?: .{1,120})?|kirjoitti|napisala?|napsala?|написал(?:\(а\))?|пишет|писав|yazdı|a scris|έγραψε|írta|のメール|写道|寫道|님이 작성)\s*[:：]\s*$/i;
/** How such a line begins, where the verb alone is too common a word. */
const ON =
  /^(?:on|am|le|el|il|em|op|den|på|tor|mån|tis|ons|fre|lør|søn|w dniu|dnia|dne|pon|wt|śr|czw|pt|sob|niedz|в|пн|вт|ср|чт|пт|сб|вс|la|στις|a|\d{4}[./年-]|\d{1,2}[./]|.{1,80}<[^<>\s]+@[^<>\s]+>)/i;
const DASHES =
  /^\s*-{2,}\s*(?:original message|ursprüngliche nachricht|original[- ]nachricht|message d'origine|message original|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|původní zpráva|исходное сообщение|原始邮件|元のメッセージ|forwarded message|weitergeleitete nachricht|message transféré)\s*-{2,}\s*$/i;
/** The four lines that Outlook puts above a quote, in the order in which they stand. */
const FROM = new RegExp(`^\\s*\\*?(?:${FROM_WORDS})\\s?[:：]\\*?\\s*\\S`, "i");
const SENT = new RegExp(`^\\s*\\*?(?:${SENT_WORDS})\\s?[:：]\\*?\\s*\\S`, "i");
const SUBJECT = new RegExp(`^\\s*\\*?(?:${SUBJECT_WORDS})\\s?[:：]`, "i");
const SIGNATURE = /^-- ?$/;
const SENT_FROM =
  /^(?:sent from my |get outlook for |von meinem .{1,60} gesendet|gesendet von |envoyé de(?:puis)? mon |enviado desde mi |inviato da(?:l mio)? |enviado do meu |verstuurd vanaf mijn |skickat från min |sendt fra min |wysłane z |отправлено с )/i;

const LINE_MAX = 400;
/** A line `On … wrote:` may be wrapped into so many. */
const WRAPPED = 3;
const HEAD_LINES = 8;
const SENT_FROM_LINES = 3;
const SIGNATURE_LINES = 12;

/**
 * The offset at which quote and signature begin, in UTF-16 units; null: show everything.
 *
 * @param marked where a mark in the HTML says that the quote begins
 */
export function trimmedFrom(text: string, marked: number | null = null): number | null {
  const lines = text.split("\n");
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  let first: number | null;
  if (marked !== null) {
    first = starts.findIndex((start, index) => start + lines[index]!.length >= marked);
    if (starts[first] !== marked) first++;
    while (first < lines.length && lines[first]!.trim() === "") first++;
    first = withAttribution(lines, first);
  } else {
    first = quoteIn(lines);
    if (first === -1) return null;
  }
  const end = withSignature(lines, first ?? lines.length);
  if (end >= lines.length) return null;
  return lines.slice(0, end).some((line) => line.trim() !== "") ? starts[end]! : null;
}

/** The line at which the quote begins: null without a quote, -1 when there is text below one. */
function quoteIn(lines: string[]): number | null {
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    // Who answers below each line of ours is shown whole.
    if (OUR_LINE.test(line.slice(0, LINE_MAX))) {
      return line.startsWith(">") && !isAllQuoted(lines, index) ? -1 : withRule(lines, index);
    }
    if (DASHES.test(line.slice(0, LINE_MAX)) || isHead(lines, index)) {
      return withRule(lines, index);
    }
    const wrote = attribution(lines, index);
    if (wrote > 0) {
      const next = nextFilled(lines, index + wrote);
      // Without `>` everything that follows is the quote; with it, only the lines that have one.
      if (next === null || !lines[next]!.startsWith(">")) return index;
      return isAllQuoted(lines, next) ? index : -1;
    }
    if (line.startsWith(">")) {
      // A `>` in the middle is a quote that somebody answers.
      return isAllQuoted(lines, index) ? index : -1;
    }
  }
  return null;
}

/** How many lines `On … wrote:` takes that begins here; 0: it does not. */
function attribution(lines: string[], index: number): number {
  if (!ON.test(lines[index]!.slice(0, LINE_MAX))) return 0;
  let joined = "";
  for (let count = 1; count <= WRAPPED; count++) {
    const line = lines[index + count - 1];
    if (line === undefined || line.length > LINE_MAX || (count > 1 && (line.trim() === "" || line.startsWith(">")))) {
      return 0;
    }
    joined = `${joined} ${line.trim()}`;
    // A date or an address: a sentence that ends in "wrote:" has none.
    if (WROTE.test(joined)) return /\d|@/.test(joined) ? count : 0;
  }
  return 0;
}

/** The line at which `On … wrote:` begins that stands directly above. */
function withAttribution(lines: string[], first: number): number {
  let above = first - 1;
  while (above >= 0 && lines[above]!.trim() === "") above--;
  for (let count = 1; count <= WRAPPED && above - count + 1 >= 0; count++) {
    if (attribution(lines, above - count + 1) === count) return above - count + 1;
  }
  return first;
}

/** From, Sent, To and Subject, as Outlook writes them. */
function isHead(lines: string[], index: number): boolean {
  if (!FROM.test(lines[index]!.slice(0, LINE_MAX))) return false;
  const below = lines.slice(index + 1, index + HEAD_LINES).map((line) => line.slice(0, LINE_MAX));
  return below.some((line) => SENT.test(line)) && below.some((line) => SUBJECT.test(line));
}

/** A rule of underscores or dashes directly above belongs to the quote. */
function withRule(lines: string[], index: number): number {
  const above = index > 0 && lines[index - 1]!.trim() === "" ? index - 2 : index - 1;
  return above >= 0 && /^[_-]{5,200}$/.test(lines[above]!.trim()) ? above : index;
}

function nextFilled(lines: string[], index: number): number | null {
  for (let at = index; at < lines.length; at++) if (lines[at]!.trim() !== "") return at;
  return null;
}

/** Whether only quoted lines follow, and below them at most a signature. */
function isAllQuoted(lines: string[], index: number): boolean {
  for (let at = index; at < lines.length; at++) {
    const line = lines[at]!;
    if (SIGNATURE.test(line)) return lines.length - at <= SIGNATURE_LINES;
    if (line.trim() !== "" && !line.startsWith(">")) {
      const wrote = attribution(lines, at);
      if (wrote === 0) return false;
      at += wrote - 1;
    }
  }
  return true;
}

/** The line at which a signature begins that stands directly above this line. */
function withSignature(lines: string[], end: number): number {
  const first = Math.max(0, end - SIGNATURE_LINES);
  for (let at = first; at < end; at++) if (SIGNATURE.test(lines[at]!)) return at;
  let last = end - 1;
  for (let filled = 0; last >= 0 && filled < SENT_FROM_LINES; last--) {
    if (lines[last]!.trim() === "") continue;
    filled++;
    if (SENT_FROM.test(lines[last]!.trim().slice(0, LINE_MAX))) return last;
  }
  return end;
}
