/** The virus scanner: clamd of ClamAV over TCP, with its command INSTREAM. It sees the bytes while they arrive. */

const REPLY_MAX = 4096;
const TIMEOUT_MS = 60_000;

/** There was no verdict: the file must not count as clean. */
export class ScannerUnavailable extends Error {}

/** A connection, as `Deno.connect` makes it. */
export interface Connection {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

export type Connect = () => Promise<Connection>;

/** What connects to `host:port`; null without an address. Throws for anything else. */
export function connectTo(address: string | undefined): Connect | null {
  if (!address) return null;
  const [, hostname, port] = address.match(/^\[?([^\]]+)\]?:(\d{1,5})$/) ?? [];
  if (!hostname || !port) throw new Error(`HELPDESK_CLAMAV must be host:port, not ${address}`);
  return () => Deno.connect({ hostname, port: Number(port) });
}

export class Scan {
  private constructor(private readonly connection: Connection, readonly engine: string) {}

  /** Begin a scan. @throws ScannerUnavailable */
  static async start(connect: Connect): Promise<Scan> {
    return await orUnavailable(async () => {
      const asking = await connect();
      let engine: string;
      try {
        await writeAll(asking, new TextEncoder().encode("zVERSION\0"));
        engine = (await readReply(asking)).slice(0, 200);
      } finally {
        asking.close();
      }
      const connection = await connect();
      await writeAll(connection, new TextEncoder().encode("zINSTREAM\0"));
      return new Scan(connection, engine);
    });
  }

  /** Send the next bytes of the file. @throws ScannerUnavailable */
  async send(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    await orUnavailable(async () => {
      await writeAll(this.connection, lengthOf(chunk));
      await writeAll(this.connection, chunk);
    });
  }

  /** The name of the malware that was found, or null. @throws ScannerUnavailable */
  async result(): Promise<string | null> {
    const reply = await orUnavailable(async () => {
      await writeAll(this.connection, new Uint8Array(4));
      return await readReply(this.connection);
    });
    if (reply === "stream: OK") return null;
    const found = reply.match(/^stream: (.+) FOUND$/);
    if (found) return found[1]!;
    throw new ScannerUnavailable(`The virus scanner gave no verdict: ${reply || "it closed the connection"}`);
  }

  close(): void {
    this.connection.close();
  }
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it took too long")), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work(), timeout]);
  } catch (error) {
    throw new ScannerUnavailable(`The virus scanner does not answer: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}

function lengthOf(chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, chunk.length, false);
  return bytes;
}

async function writeAll(connection: Connection, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** A reply, which ends with a NUL or with the connection. */
async function readReply(connection: Connection): Promise<string> {
  const bytes: number[] = [];
  const buffer = new Uint8Array(REPLY_MAX);
  while (!bytes.includes(0) && bytes.length < REPLY_MAX) {
    const length = await connection.read(buffer);
    if (length === null) break;
    bytes.push(...buffer.subarray(0, length));
  }
  return new TextDecoder().decode(new Uint8Array(bytes)).split("\0", 1)[0]!.trim();
}
