/** What the HTTP APIs of mail providers have in common. `helpdesk_sdk/delivery/mail/providers/base.py` is the same. */

import { Buffer } from "node:buffer";
import { retryAfter } from "../_helpdesk/http_answer.ts";
import type { Mail, Mailbox } from "./mail_payload.ts";
import type { MailResult, Transport } from "./mail_result.ts";

/** What a provider answered: of the body the beginning. */
export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

export interface ProviderRequest {
  url: string;
  headers: Record<string, string>;
  body: string | FormData;
}

/** What tests replace. */
export interface HttpOptions {
  fetchIt?: typeof fetch;
  timeoutMs?: number;
}

const ANSWER_BYTES_MAX = 64_000;
const TIMEOUT_MS = 60_000;
/** Not the mail is to blame: the key, the domain or the payment, which a person mends, or too much at once. */
const NOT_THE_MAIL = new Set([401, 402, 403, 404, 405, 407, 408, 425, 429]);
/** A gateway lost the answer: the provider may have the mail. */
const LOST = new Set([502, 504]);
/** How Deno says that there was no connection, so that nothing was sent. */
const NO_CONNECTION = /client error \(Connect\)|dns error|Connection refused|tcp connect error/i;

export abstract class HttpTransport implements Transport {
  protected abstract readonly name: string;
  /** Whether the provider itself sends a mail of one Message-ID only once. */
  protected readonly isIdempotent: boolean = false;

  constructor(private readonly options: HttpOptions = {}) {}

  async send(mail: Mail, begins: () => Promise<void>): Promise<MailResult> {
    const { url, headers, body } = await this.request(mail);
    await begins();
    let answer: Answer;
    try {
      const response = await (this.options.fetchIt ?? fetch)(url, {
        ...{ method: "POST", headers, body, redirect: "manual" },
        signal: AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS),
      });
      answer = { status: response.status, headers: response.headers, body: await beginning(response) };
    } catch (error) {
      const { name, message } = error as Error;
      if (NO_CONNECTION.test(message)) return { outcome: "retry", problem: `${this.name} does not answer` };
      const problem = `${this.name} did not say whether it took the mail: ${name}`;
      return { outcome: this.isIdempotent ? "retry" : "unknown", problem };
    }
    if (answer.status < 200 || answer.status >= 300) return this.#refused(answer);
    const found = this.accepted(answer);
    const stampedId = found.stampedId === mail.messageId ? null : found.stampedId;
    return { outcome: "done", status: answer.status, answer: answer.body, ...found, stampedId };
  }

  /** The request that sends the mail. */
  protected abstract request(mail: Mail): ProviderRequest | Promise<ProviderRequest>;

  /** What an answer of 200 to 299 says. */
  protected abstract accepted(answer: Answer): Pick<MailResult, "stampedId" | "providerId">;

  /** Whether a refusal is about this mail, and another try is of no use. */
  protected isFinal({ status }: Answer): boolean {
    return status >= 400 && status < 500 && !NOT_THE_MAIL.has(status);
  }

  #refused(answer: Answer): MailResult {
    const said = { status: answer.status, answer: answer.body };
    if (LOST.has(answer.status) && !this.isIdempotent) {
      const problem = `${this.name} answered ${answer.status}, which does not say whether it took the mail`;
      return { ...said, outcome: "unknown", problem };
    }
    if (this.isFinal(answer)) return { ...said, outcome: "refused", problem: `${this.name} refuses the mail` };
    const wait = retryAfter(answer.headers.get("retry-after"));
    return { ...said, outcome: "retry", problem: `${this.name} does not take the mail now`, retryAfter: wait };
  }
}

/** The status has come, and it decides: a body that breaks is empty, and an id in it is lost. */
async function beginning(response: Response): Promise<string> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      size += piece.length;
      if (size > ANSWER_BYTES_MAX) break;
    }
  } catch {
    return "";
  }
  return new TextDecoder().decode(await new Blob(pieces).arrayBuffer()).slice(0, ANSWER_BYTES_MAX);
}

/** The object in a body; an empty one if there is none. */
export function fields(body: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(body);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? found as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** A text of an answer; null if it is none, or an empty one. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value ? value.slice(0, 500) : null;
}

/** A mailbox as a text that the provider parses. */
export function written({ address, name }: Mailbox): string {
  // Not escaped, as mail does: nobody knows which provider reads escapes.
  const plain = name.replaceAll(/["\\<>]/g, " ").split(/\s+/).filter((word) => word !== "").join(" ");
  return plain ? `"${plain}" <${address}>` : address;
}

/** The files, with their content in base64. */
export function encodedFiles(mail: Mail): { name: string; type: string; content: string }[] {
  return mail.files.map(({ name, type, content }) => ({ name, type, content: base64(content) }));
}

/** The request of a JSON API. */
export function jsonRequest(url: string, headers: Record<string, string>, body: unknown): ProviderRequest {
  return { url, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
}

export function base64(content: Uint8Array): string {
  return Buffer.from(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength).toString("base64");
}
