/** The mails that would have left this machine: those of Auth, and those that arrived by SMTP. In memory only. */

import PostalMime, { type Address, type Attachment, type Email } from "postal-mime";
import type { Envelope } from "./catcher.ts";

/** A mail in the list. */
export interface Mail {
  id: string;
  /** What sent it. */
  source: "auth" | "smtp";
  from: string;
  /** The recipients, separated by commas. */
  to: string;
  subject: string;
  text: string;
  /** The address that a mail of Auth asks to open; null for other mails. */
  link: string | null;
  sent_at: string;
}

/** One mail with everything. */
export interface FullMail extends Mail {
  /** The HTML, with its own images as `data:`; null for a mail of plain text alone. */
  html: string | null;
  /** Who receives the mail by the envelope; a person in Bcc is only here. */
  envelope: Envelope;
  headers: { name: string; value: string }[];
  attachments: { file_name: string; content_type: string; size: number }[];
  size: number;
}

interface Kept {
  mail: FullMail;
  raw: Uint8Array<ArrayBuffer> | null;
}

const KEPT = 200;
const BYTES_KEPT = 64 * 2 ** 20;
/** Of a text in the list. */
const TEXT_SHOWN = 100_000;

export class Mailbox {
  readonly #kept: Kept[] = [];

  /** The newest mails, oldest first. */
  list(): Mail[] {
    return this.#kept.map(({ mail: { id, source, from, to, subject, text, link, sent_at } }) => {
      return { id, source, from, to, subject, text: text.slice(0, TEXT_SHOWN), link, sent_at };
    });
  }

  find(id: string): FullMail | null {
    return this.#kept.find(({ mail }) => mail.id === id)?.mail ?? null;
  }

  /** The bytes as they arrived; null for an unknown mail, and for those of Auth. */
  raw(id: string): Uint8Array<ArrayBuffer> | null {
    return this.#kept.find(({ mail }) => mail.id === id)?.raw ?? null;
  }

  clear(): void {
    this.#kept.length = 0;
  }

  /** Keep a mail of Auth. */
  addAuth(to: string, subject: string, text: string, link: string | null): void {
    const mail = { to, subject, text, link, from: "", html: null, headers: [], attachments: [] };
    const size = text.length;
    this.#add({ ...mail, id: newId(), source: "auth", envelope: { from: "", to: [to] }, sent_at: now(), size }, null);
  }

  /** Keep a mail that arrived by SMTP. */
  async addRaw(envelope: Envelope, raw: Uint8Array<ArrayBuffer>): Promise<void> {
    const shown = await read(raw);
    this.#add({ ...shown, id: newId(), source: "smtp", envelope, sent_at: now(), size: raw.length, link: null }, raw);
  }

  #add(mail: FullMail, raw: Uint8Array<ArrayBuffer> | null): void {
    this.#kept.push({ mail, raw });
    let bytes = this.#kept.reduce((sum, kept) => sum + kept.mail.size, 0);
    // The newest one stays, however large.
    while (this.#kept.length > 1 && (this.#kept.length > KEPT || bytes > BYTES_KEPT)) {
      bytes -= this.#kept.shift()!.mail.size;
    }
  }
}

type Shown = Pick<FullMail, "from" | "to" | "subject" | "text" | "html" | "headers" | "attachments">;

/** What a mail program shows. A mail that cannot be read is shown as its text. */
async function read(raw: Uint8Array<ArrayBuffer>): Promise<Shown> {
  let email: Email;
  try {
    email = await PostalMime.parse(raw);
  } catch (error) {
    const text = new TextDecoder().decode(raw.subarray(0, TEXT_SHOWN));
    const subject = `(cannot be read: ${error instanceof Error ? error.message : error})`;
    return { from: "", to: "", subject, text, html: null, headers: [], attachments: [] };
  }
  const html = email.html === undefined ? null : withImages(email.html, email.attachments);
  return {
    from: email.from ? written([email.from]) : "",
    to: written([...(email.to ?? []), ...(email.cc ?? [])]),
    subject: email.subject ?? "",
    text: email.text ?? "",
    html,
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    attachments: email.attachments.map(({ filename, mimeType, content }) => {
      return { file_name: filename ?? "", content_type: mimeType, size: bytesOf(content).length };
    }),
  };
}

function written(addresses: Address[]): string {
  return addresses.flatMap((one) => one.group ?? [one]).map(({ name, address }) => {
    return name ? `${name} <${address}>` : address;
  }).join(", ");
}

/** The HTML with the images of the mail itself in place of their ids. */
function withImages(html: string, attachments: Attachment[]): string {
  const images = new Map(
    attachments.filter((file) => file.contentId && file.mimeType.startsWith("image/")).map((file) => {
      return [file.contentId!.replace(/^<|>$/g, ""), file];
    }),
  );
  return html.replace(/\bcid:([^"'\s>)]+)/g, (found, id: string) => {
    const file = images.get(decoded(id));
    return file ? `data:${file.mimeType};base64,${bytesOf(file.content).toBase64()}` : found;
  });
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
}

function newId(): string {
  return crypto.randomUUID();
}

function now(): string {
  return new Date().toISOString();
}
