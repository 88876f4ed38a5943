/** SMTP: implicit TLS (465), STARTTLS (587), or a server of this machine. `helpdesk_sdk/delivery/mail/smtp.py` is the same. */

import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { composed } from "./mail_compose.ts";
import { type Mail, recipientsOf } from "./mail_payload.ts";
import type { MailResult, Transport } from "./mail_result.ts";

export interface Server {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  user: string;
  password: string;
}

/** What nodemailer throws. */
interface Refusal extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

const CONNECT_MS = 15_000;
const ANSWER_MS = 60_000;
const ID = /<[!-;=?-~]+@[!-;=?-~]+>/;
const SES_HOST = /^email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com$/;
const SES_ID = /\bOk ([0-9a-f-]{20,})/i;
/** They blame the sign-in, not the mail. */
const SIGN_IN = new Set([530, 534, 535, 538]);

/** Sends through an SMTP server, with a connection of its own for each mail. */
export class SmtpTransport implements Transport {
  /** `answerMs` is the time for each answer; `ca` the certificates (PEM) of a further authority to trust. */
  constructor(private readonly server: Server, private readonly answerMs = ANSWER_MS, private readonly ca?: string) {}

  async send(mail: Mail, begins: () => Promise<void>): Promise<MailResult> {
    const raw = await composed(mail);
    const { host, port, security, user, password } = this.server;
    const connection = new SMTPConnection({
      ...{ host, port, secure: security === "tls", requireTLS: security === "starttls" },
      ignoreTLS: security === "none",
      // Not the name of this machine: it is nobody's business.
      name: mail.from.address.split("@")[1]!,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: Math.min(this.answerMs, 30_000),
      socketTimeout: this.answerMs,
      ...(this.ca ? { tls: { ca: this.ca } } : {}),
    });
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    // Also after the end: an error without a listener would end the process.
    connection.on("error", broken.reject);
    connection.on("end", () => broken.reject(new Error("the server closed the connection")));
    try {
      try {
        await Promise.race([
          broken.promise,
          called<void>((done) => connection.connect((error) => done(error ?? null))),
        ]);
        if (user) {
          const login = called((done) => connection.login({ user, pass: password }, (error) => done(error)));
          await Promise.race([broken.promise, login]);
        }
      } catch (error) {
        return notConnected(error as Refusal, host);
      }
      await begins();
      const found = await this.#handOver(connection, mail, raw, broken.promise);
      if (found.outcome !== "unknown") connection.quit();
      return found;
    } finally {
      connection.close();
    }
  }

  async #handOver(
    connection: SMTPConnection,
    mail: Mail,
    raw: Uint8Array,
    broken: Promise<never>,
  ): Promise<MailResult> {
    let isHandedOver = false;
    // Read once the server has answered to DATA.
    const message = Readable.from((function* () {
      isHandedOver = true;
      yield Buffer.from(raw.buffer as ArrayBuffer, raw.byteOffset, raw.byteLength);
    })());
    const envelope = { from: mail.envelopeFrom, to: recipientsOf(mail), size: raw.length };
    try {
      const sent = called<{ response: string }>((done) =>
        connection.send(envelope, message, (error, info) => done(error, info as { response: string }))
      );
      const { response } = await Promise.race([broken, sent]);
      const status = Number(/^\d{3}/.exec(response)?.[0] ?? 0) || null;
      const answer = text(response);
      return { outcome: "done", status, answer, stampedId: this.#stamped(answer, mail) };
    } catch (thrown) {
      const error = thrown as Refusal;
      if (error.responseCode && error.response) return refusal(error, "The server does not take the mail");
      // The server may have the whole mail, and only its answer is lost.
      if (isHandedOver) {
        return { outcome: "unknown", problem: `The server did not say whether it took the mail: ${why(error)}` };
      }
      if (error.code === "EMESSAGE") return { outcome: "refused", problem: "The mail is larger than the server takes" };
      return { outcome: "retry", problem: `The connection broke before the mail was sent: ${why(error)}` };
    } finally {
      message.destroy();
    }
  }

  /** The id in the answer, when the server replaced ours. */
  #stamped(answer: string, mail: Mail): string | null {
    const region = SES_HOST.exec(this.server.host)?.[1];
    const bare = region && SES_ID.exec(answer)?.[1];
    if (region && bare) return sesId(bare, region);
    const found = ID.exec(answer)?.[0];
    return found && found !== mail.messageId ? found : null;
  }
}

/** The Message-ID of a mail that Amazon SES sent. */
export function sesId(bare: string, region: string): string {
  return `<${bare}@${region === "us-east-1" ? "email" : region}.amazonses.com>`;
}

function called<T>(work: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => work((error, value) => error ? reject(error) : resolve(value as T)));
}

function notConnected(error: Refusal, host: string): MailResult {
  if (error.code === "EAUTH") return refusal(error, "The server refuses the name or the password", false);
  if (error.responseCode) return refusal(error, "The server is not ready", false);
  const untrusted = whyNotTrusted(error.message, host);
  if (untrusted !== null) return { outcome: "retry", problem: `The server ${host} is not trusted: ${untrusted}` };
  return { outcome: "retry", problem: `The server does not answer: ${why(error)}` };
}

/** What is wrong with a certificate, and which setting mends it; null when something else is. `tls.py` says the same. */
function whyNotTrusted(said: string, host: string): string | null {
  if (/altnames|not valid for name/i.test(said)) {
    const must = "HELPDESK_MAIL_URL must name the server as its certificate does";
    return `its certificate is of another name than ${host}: ${must}`;
  }
  if (!/certificate/i.test(said)) return null;
  // The platform says no more of a certificate whose time is over.
  const may = "renew it, or name the authority that signs it in HELPDESK_MAIL_CA";
  return `its certificate has expired, or nobody whom this function trusts has signed it (${
    said.slice(0, 100)
  }): ${may}`;
}

function refusal(error: Refusal, problem: string, mayBeFinal = true): MailResult {
  const code = error.responseCode ?? 0;
  const isFinal = mayBeFinal && code >= 500 && code < 600 && !SIGN_IN.has(code);
  const answer = text(error.response ?? "");
  return { outcome: isFinal ? "refused" : "retry", problem, status: code || null, answer };
}

/** The answer without its code, as Python gives it. */
function text(response: string): string {
  return response.replace(/^\d{3}[ -]/, "");
}

function why(error: Refusal): string {
  if (error.code === "EDNS") return "its name is not known";
  return error.code === "ETIMEDOUT" ? "no answer in time" : error.message || error.name;
}
