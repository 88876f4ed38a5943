/** Reads an HTTP/1.1 answer from a connection, within bounds: `fetch` cannot go to an address with another name. */

/** There is no answer, or it is no HTTP. The message is a sentence for the log of deliveries. */
export class HttpError extends Error {
  override name = "HttpError";
}

export interface Listener {
  onHead: (status: number, headers: Headers) => void;
  onBody: (piece: Uint8Array) => void;
}

const NOT_HTTP = "It closed the connection, or its answer is not HTTP";
const HEAD_BYTES_MAX = 32_768;
const BODY_BYTES_MAX = 65_536;
const LINE_BYTES_MAX = 8_192;
const READ_BYTES = 16_384;
/** A target that is away for longer is tried all the same. */
const RETRY_AFTER_MAX = 86_400;

/** Read an answer up to its end, or to 64 kB of its body. @throws HttpError when it has no head */
export async function readAnswer(connection: { read: Deno.Conn["read"] }, listener: Listener): Promise<void> {
  const reader = new Reader(connection);
  const { status, headers } = await readHead(reader);
  listener.onHead(status, headers);
  try {
    await readBody(reader, status, headers, listener.onBody);
  } catch (error) {
    // The status says enough.
    if (!(error instanceof HttpError)) throw error;
  }
}

async function readHead(reader: Reader): Promise<{ status: number; headers: Headers }> {
  let size = 0;
  const line = async () => {
    const text = await reader.line();
    size += text.length;
    if (size > HEAD_BYTES_MAX) throw new HttpError(NOT_HTTP);
    return text;
  };
  while (true) {
    const status = Number(/^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |$)/.exec(await line())?.[1] ?? 0);
    if (status === 0) throw new HttpError(NOT_HTTP);
    const headers = new Headers();
    for (let text = await line(); text !== ""; text = await line()) {
      const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
      if (name === undefined) throw new HttpError(NOT_HTTP);
      try {
        headers.append(name, value ?? "");
      } catch {
        throw new HttpError(NOT_HTTP);
      }
    }
    // 100 and 103 come before the answer.
    if (status >= 200) return { status, headers };
  }
}

async function readBody(
  reader: Reader,
  status: number,
  headers: Headers,
  onBody: (piece: Uint8Array) => void,
): Promise<void> {
  if (status === 204 || status === 304) return;
  let left = BODY_BYTES_MAX;
  const take = async (size: number) => {
    while (size > 0 && left > 0) {
      const piece = await reader.piece(Math.min(size, left));
      if (piece === null) return false;
      onBody(piece);
      size -= piece.length;
      left -= piece.length;
    }
    return left > 0;
  };
  if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) {
    while (true) {
      const size = /^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i.exec(await reader.line())?.[1];
      if (size === undefined || !await take(parseInt(size, 16)) || parseInt(size, 16) === 0) return;
      if (await reader.line() !== "") return;
    }
  }
  const length = /^[0-9]{1,15}$/.exec(headers.get("content-length") ?? "")?.[0];
  await take(length === undefined ? Infinity : Number(length));
}

class Reader {
  #bytes = new Uint8Array();

  constructor(private readonly connection: { read: Deno.Conn["read"] }) {}

  /** The next line, without its end. @throws HttpError at the end of the connection, or when it is too long */
  async line(): Promise<string> {
    let end: number;
    while ((end = this.#bytes.indexOf(10)) < 0) {
      if (this.#bytes.length > LINE_BYTES_MAX || !await this.#more()) throw new HttpError(NOT_HTTP);
    }
    if (end > LINE_BYTES_MAX) throw new HttpError(NOT_HTTP);
    const text = String.fromCharCode(...this.#bytes.subarray(0, end));
    this.#bytes = this.#bytes.subarray(end + 1);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }

  /** The next bytes, at most so many; null at the end of the connection. */
  async piece(most: number): Promise<Uint8Array | null> {
    if (this.#bytes.length === 0 && !await this.#more()) return null;
    const found = this.#bytes.subarray(0, most);
    this.#bytes = this.#bytes.subarray(found.length);
    return found;
  }

  async #more(): Promise<boolean> {
    const room = new Uint8Array(READ_BYTES);
    let count: number | null;
    try {
      count = await this.connection.read(room);
    } catch (error) {
      // Some programs end TLS without saying so.
      if (!(error instanceof Deno.errors.UnexpectedEof)) throw error;
      count = null;
    }
    if (count === null) return false;
    const joined = new Uint8Array(this.#bytes.length + count);
    joined.set(this.#bytes);
    joined.set(room.subarray(0, count), this.#bytes.length);
    this.#bytes = joined;
    return true;
  }
}

/** The header `Retry-After` in seconds, which are written there, or a date. */
export function retryAfter(value: string | null): number | null {
  const text = value?.trim() ?? "";
  if (/^[0-9]+$/.test(text)) return Math.min(Number(text), RETRY_AFTER_MAX);
  if (!/^[A-Z][a-z]{2,8}, /.test(text)) return null;
  const seconds = (Date.parse(text) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(0, Math.floor(seconds)), RETRY_AFTER_MAX);
}
