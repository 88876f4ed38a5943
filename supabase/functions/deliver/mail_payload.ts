/** A mail to send, from the payload of its delivery. `helpdesk_sdk/delivery/mail/payload.py` has the same rules. */

/** The mail cannot be sent as it is, by any transport. */
export class InvalidMailError extends Error {
  override name = "InvalidMailError";
}

export interface Mailbox {
  address: string;
  /** Empty for none. */
  name: string;
}

export interface MailFile {
  name: string;
  type: string;
  content: Uint8Array;
}

export interface Mail {
  /** With angle brackets; the same at every try. */
  messageId: string;
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  replyTo: Mailbox | null;
  subject: string;
  text: string;
  html: string | null;
  /** Where bounces go: an address, an empty text for nowhere. */
  envelopeFrom: string;
  /** The headers beside From, To, Cc, Reply-To, Subject and Date, in their order. */
  headers: [string, string][];
  files: MailFile[];
}

const MARKER = "X-Helpdesk-Installation";
const REFERENCES_MAX = 20;
const RECIPIENTS_MAX = 50;
const NAME_MAX = 200;
const SUBJECT_MAX = 900;
const LINE_MAX = 998;
const ID_MAX = 900;
const FILE_NAME_BYTES_MAX = 150;
/** Only these may be given freely; each other header comes from a field of its own. */
const FREE_HEADERS = new Set(["list-id", "list-unsubscribe", "list-unsubscribe-post", "precedence"]);
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ID = /^<[!-;=?-~]+>$/;
const TYPE = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}$/;

/** The mail of a payload. @throws InvalidMailError the payload has no such form, or a value is not allowed */
export function mailOf(payload: Record<string, unknown>, files: MailFile[]): Mail {
  const from = mailbox(payload.from);
  const to = distinct(list(payload.to).map(mailbox), []);
  const cc = distinct(list(payload.cc).map(mailbox), to);
  if (to.length === 0 || to.length + cc.length > RECIPIENTS_MAX) {
    throw new InvalidMailError(`A mail needs 1 to ${RECIPIENTS_MAX} recipients, and at least one in To`);
  }
  const envelopeFrom = payload.envelope_from ?? from.address;
  const messageId = checkedId(payload.message_id);
  return {
    ...{ messageId, from, to, cc },
    replyTo: payload.reply_to ? mailbox(payload.reply_to) : null,
    subject: [...oneLine(text(payload.subject))].slice(0, SUBJECT_MAX).join(""),
    text: bodyText(text(payload.text)),
    html: payload.html == null ? null : bodyText(text(payload.html)),
    envelopeFrom: envelopeFrom === "" ? "" : checkedAddress(text(envelopeFrom)),
    headers: headersOf(payload, messageId),
    files: files.map(checkedFile),
  };
}

/** All addresses that receive the mail. */
export function recipientsOf(mail: Mail): string[] {
  return [...mail.to, ...mail.cc].map(({ address }) => address);
}

/** A text for a header: controls, line ends and direction marks are blanks, lone surrogates are U+FFFD. */
export function oneLine(value: string): string {
  return value.toWellFormed().replaceAll(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").split(/\s+/)
    .filter((word) => word !== "").join(" ");
}

/**
 * The address with its domain in lower case, an international domain in its ASCII form.
 * @throws InvalidMailError it is not one that every mail server understands the same way
 */
export function checkedAddress(address: string): string {
  const [local = "", domain = "", ...more] = address.split("@");
  const isPlain = /^[\x21-\x7e]*$/.test(domain);
  // A URL's host is written in ASCII by the same rules. It must be a host alone.
  const international = /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? URL.parse(`http://${domain}/`)?.hostname ?? "" : "";
  const asciiDomain = isPlain ? domain.toLowerCase() : international;
  const found = `${local}@${asciiDomain}`;
  const isValid = more.length === 0 && local.length <= 64 && LOCAL.test(local) && DOMAIN.test(asciiDomain);
  if (isValid && found.length <= 254) return found;
  throw new InvalidMailError(`${JSON.stringify(oneLine(address).slice(0, 100))} is no e-mail address that can be used`);
}

function headersOf(payload: Record<string, unknown>, messageId: string): [string, string][] {
  const found: [string, string][] = [["Message-ID", messageId]];
  if (payload.in_reply_to != null) found.push(["In-Reply-To", checkedId(payload.in_reply_to)]);
  let references = [...new Set(list(payload.references).map(checkedId))];
  if (references.length > REFERENCES_MAX) references = [references[0]!, ...references.slice(1 - REFERENCES_MAX)];
  if (references.length > 0) found.push(["References", references.join(" ")]);
  const automatic = payload.automatic ?? null;
  if (automatic !== null) {
    if (automatic !== "auto-replied" && automatic !== "auto-generated") {
      throw new InvalidMailError("That is no kind of an automatic mail");
    }
    // Exchange answers automatic mails unless it is told not to.
    found.push(["Auto-Submitted", automatic], ["X-Auto-Response-Suppress", "All"]);
  }
  const free: [string, unknown][] = Object.entries(payload.headers ?? {});
  if (payload.installation) free.unshift([MARKER, payload.installation]);
  for (const [name, given] of free) {
    if (name !== MARKER && !FREE_HEADERS.has(name.toLowerCase())) {
      throw new InvalidMailError(`The header ${JSON.stringify(name.slice(0, 50))} cannot be given freely`);
    }
    const value = text(given);
    if (!/^[\x20-\x7e]*$/.test(value) || value.length > LINE_MAX - name.length - 2) {
      throw new InvalidMailError(`The value of the header ${name} is not allowed`);
    }
    found.push([name, value]);
  }
  return found;
}

function checkedId(value: unknown): string {
  const id = text(value);
  if (id.length > ID_MAX || !ID.test(id)) {
    throw new InvalidMailError(`${JSON.stringify(oneLine(id).slice(0, 100))} is no message id`);
  }
  return id;
}

function mailbox(value: unknown): Mailbox {
  if (typeof value !== "object" || value === null) throw new InvalidMailError("The payload is no mail: no mailbox");
  const { address, name } = value as Record<string, unknown>;
  const shown = [...oneLine(text(name ?? ""))].slice(0, NAME_MAX).join("");
  return { address: checkedAddress(text(address)), name: shown };
}

/** Each address once, and none that receives the mail already. */
function distinct(boxes: Mailbox[], others: Mailbox[]): Mailbox[] {
  const known = new Set(others.map(({ address }) => address));
  return boxes.filter(({ address }) => !known.has(address) && known.add(address));
}

/** The file with a name and a type that are safe in headers. */
function checkedFile({ name, type, content }: MailFile): MailFile {
  const kind = type.split(";")[0]!.trim().toLowerCase();
  // These types have bodies with rules of their own; as an attachment they are bytes.
  const isPlain = TYPE.test(kind) && !/^(multipart|message)\//.test(kind);
  return { name: fileName(name), type: isPlain ? kind : "application/octet-stream", content };
}

/** Without folders and controls, never empty, at most 150 bytes, with its ending. */
function fileName(name: string): string {
  const last = oneLine(name.split(/[\\/]/).at(-1)!).replaceAll(/^[. ]+|[. ]+$/g, "") || "file";
  if (bytes(last) <= FILE_NAME_BYTES_MAX) return last;
  const ending = /\.[^.]{1,20}$/u.exec(last)?.[0] ?? "";
  const stem = [...last.slice(0, last.length - ending.length)];
  while (bytes(stem.join("") + ending) > FILE_NAME_BYTES_MAX) stem.pop();
  return stem.join("") + ending;
}

function bytes(value: string): number {
  return new TextEncoder().encode(value).length;
}

/** A body that every mail program shows: one kind of line end, no controls, no lone surrogates. */
function bodyText(value: string): string {
  // deno-lint-ignore no-control-regex -- they are what is removed
  return value.toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new InvalidMailError("The payload is no mail: a text is missing");
  return value;
}

function list(value: unknown): unknown[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw new InvalidMailError("The payload is no mail: a list is missing");
  return value;
}
