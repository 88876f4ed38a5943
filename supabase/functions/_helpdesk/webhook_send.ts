/** One attempt to deliver to a webhook: look at the target, sign, send, and judge the answer. */

import { HttpError, readAnswer, retryAfter } from "./http_answer.ts";
import { addressesOf, parseTarget, type Resolve, type Target, TargetError } from "./webhook_target.ts";

/** What `lease_deliveries()` gives. */
export interface Payload {
  url: string;
  secrets: string[];
  id: string;
  body: unknown;
  allow_loopback?: boolean;
}

/** How an attempt ended: the arguments of `settle_delivery()`. */
export interface Attempt {
  outcome: "done" | "retry" | "refused" | "gone";
  status: number | null;
  answer: string | null;
  problem: string | null;
  milliseconds: number;
  retry_after_seconds: number | null;
}

/** How to connect; tests have other ways. */
export interface Dial {
  resolve?: Resolve;
  connect?: (address: string, port: number) => Promise<Deno.TcpConn>;
  caCerts?: string[];
  /** How long an attempt may take: the name, the connection, the request and the answer. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const CONNECT_MS = 5_000;
/** Of an attempt's time, the part for the name. */
const LOOKUP_PART = 1 / 3;
/** The database keeps 1,000 characters. */
const ANSWER_BYTES = 4_000;
const WAITS = new Set([429, 502, 503, 504]);
/** What Standard Webhooks asks for; a shorter secret could be guessed. */
const SECRET_BYTES_MIN = 24;

/** What is known about an attempt while it goes on. */
interface Progress {
  isOver: boolean;
  connection: Deno.Conn | null;
  status: number | null;
  retryAfter: number | null;
  head: Uint8Array;
}

class TimeError extends Error {}

/** Make one attempt. It never throws: each end of it is an outcome. */
export async function sendWebhook(payload: Payload, dial: Dial = {}): Promise<Attempt> {
  const begun = performance.now();
  const timeoutMs = dial.timeoutMs ?? TIMEOUT_MS;
  const progress: Progress = {
    isOver: false,
    connection: null,
    status: null,
    retryAfter: null,
    head: new Uint8Array(),
  };
  let failure: { outcome: "retry" | "refused"; problem: string } = { outcome: "retry", problem: "" };
  try {
    await within(timeoutMs, attempt(payload, dial, progress));
  } catch (error) {
    failure = { outcome: error instanceof TargetError && error.isUrl ? "refused" : "retry", problem: problemOf(error) };
    if (error instanceof TimeError) {
      failure.problem = `It did not answer within ${Math.round(timeoutMs / 1000)} seconds`;
    }
  } finally {
    progress.isOver = true;
    closed(progress.connection);
  }
  const milliseconds = Math.round(performance.now() - begun);
  // What was learned before the end counts: a body that breaks changes no status.
  if (progress.status !== null) return { ...judged(progress.status, progress.head, progress.retryAfter), milliseconds };
  return { status: null, answer: null, retry_after_seconds: null, ...failure, milliseconds };
}

async function attempt(payload: Payload, dial: Dial, progress: Progress): Promise<void> {
  if (!isWhole(payload)) throw new HttpError("It cannot be sent: a part of it is missing");
  const target = parseTarget(payload.url, payload.allow_loopback === true);
  const addresses = await looked(target, dial);
  const body = new TextEncoder().encode(JSON.stringify(payload.body));
  const signed = await signature(payload, body);
  const connection = await connected(target, addresses, dial, progress);
  const lines = [
    `POST ${target.path} HTTP/1.1`,
    `Host: ${target.authority}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "User-Agent: helpdesk-webhooks",
    // A small body may be a large one when it is unpacked.
    "Accept: */*",
    "Accept-Encoding: identity",
    "Connection: close",
    ...Object.entries(signed).map(([name, value]) => `${name}: ${value}`),
  ];
  const writing = written(connection, new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`), body);
  // A target may answer before it has read everything, and then close.
  writing.catch(() => {});
  await readAnswer(connection, {
    onHead: (status, headers) => {
      progress.status = status;
      if (WAITS.has(status)) progress.retryAfter = retryAfter(headers.get("retry-after"));
    },
    onBody: (piece) => {
      if (progress.head.length >= ANSWER_BYTES) return;
      progress.head = new Uint8Array([...progress.head, ...piece.subarray(0, ANSWER_BYTES - progress.head.length)]);
    },
  });
}

/** The addresses of the target. A name server that does not answer has its part of the time, and no more. */
async function looked(target: Target, dial: Dial): Promise<readonly string[]> {
  try {
    return await within((dial.timeoutMs ?? TIMEOUT_MS) * LOOKUP_PART, addressesOf(target, dial.resolve));
  } catch (error) {
    if (!(error instanceof TimeError)) throw error;
    throw new TargetError(`Nobody said in time which address the name ${target.host} has`, false);
  }
}

/** Whether it has all parts, and an id that may stand in a header. */
function isWhole({ url, id, secrets, body }: Payload): boolean {
  return typeof url === "string" && typeof id === "string" && /^[A-Za-z0-9_-]{1,100}$/.test(id) &&
    Array.isArray(secrets) && secrets.length > 0 && typeof body === "object" && body !== null;
}

async function written(connection: Deno.Conn, ...parts: Uint8Array[]): Promise<void> {
  for (const part of parts) {
    for (let sent = 0; sent < part.length;) sent += await connection.write(part.subarray(sent));
  }
}

/** A connection to the first address that answers: until then nothing was sent. */
async function connected(
  target: Target,
  addresses: readonly string[],
  dial: Dial,
  progress: Progress,
): Promise<Deno.Conn> {
  const connect = dial.connect ?? ((hostname: string, port: number) => Deno.connect({ hostname, port }));
  const open = async (address: string, state: { isLate: boolean }) => {
    let connection: Deno.Conn = await connect(address, target.port);
    if (target.scheme === "https" && !progress.isOver && !state.isLate) {
      // The address is the one that was looked at; the certificate must be of the name.
      const tls = await Deno.startTls(connection as Deno.TcpConn, { hostname: target.host, caCerts: dial.caCerts });
      connection = tls;
      await tls.handshake();
    }
    if (progress.isOver || state.isLate) {
      closed(connection);
      throw new TimeError();
    }
    return connection;
  };
  for (const [index, address] of addresses.entries()) {
    const state = { isLate: false };
    try {
      progress.connection = await within(CONNECT_MS, open(address, state));
      return progress.connection;
    } catch (error) {
      state.isLate = true;
      if (index === addresses.length - 1) {
        throw error instanceof TimeError ? new HttpError("It cannot be reached") : error;
      }
    }
  }
  throw new HttpError("It cannot be reached");
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeError()), ms);
  });
  // What the work says later is of no interest.
  work.catch(() => {});
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

function closed(connection: Deno.Conn | null): void {
  try {
    connection?.close();
  } catch {
    // It is closed already.
  }
}

/** The headers of a signed request, as Standard Webhooks 1.0.0 says: each secret signs. */
async function signature({ id, secrets }: Payload, body: Uint8Array): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const start = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(start.length + body.length);
  content.set(start);
  content.set(body, start.length);
  const signatures = await Promise.all(secrets.map(async (secret) => {
    const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (letter) => letter.charCodeAt(0));
    if (raw.length < SECRET_BYTES_MIN) throw new HttpError("Its secret is not valid");
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const made = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
    return `v1,${btoa(String.fromCharCode(...made))}`;
  }));
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/** What an answer means. */
export function judged(
  status: number,
  head: Uint8Array,
  retry_after_seconds: number | null = null,
): Omit<Attempt, "milliseconds"> {
  // PostgreSQL keeps no NUL in a text.
  const answer = new TextDecoder().decode(head).replaceAll("\0", "\ufffd") || null;
  const said = { status, answer, problem: `It answered ${status}`, retry_after_seconds: null };
  if (status >= 200 && status < 300) return { ...said, outcome: "done", problem: null };
  if (status === 410) {
    return { ...said, outcome: "gone", problem: "It answered 410: the webhook is not wanted any more" };
  }
  if (status >= 300 && status < 400) {
    return { ...said, outcome: "retry", problem: `It answered ${status}: redirects are not followed` };
  }
  return { ...said, outcome: "retry", retry_after_seconds };
}

/** A sentence about an attempt without an answer. The error's own text may name an address. */
function problemOf(error: unknown): string {
  if (error instanceof TargetError || error instanceof HttpError) return error.message;
  const text = error instanceof Error ? error.message : "";
  if (/certificate/i.test(text)) return "Its certificate is not accepted";
  if (/tls|ssl|handshake|InvalidContentType|corrupt/i.test(text)) return "It does not speak TLS as it should";
  if (error instanceof Deno.errors.ConnectionRefused || /connect|unreachable|route/i.test(text)) {
    return "It cannot be reached";
  }
  if (error instanceof TypeError || error instanceof DOMException) return `It cannot be sent: ${error.name}`;
  return "The connection broke";
}
