import { judge } from "./check.ts";
import { type Connection, connectTo, ScannerUnavailable } from "./scanner.ts";

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}

async function rejects(work: () => Promise<unknown>, says: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ScannerUnavailable && error.message.includes(says)) return;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(bytes(text));
}

/** A clamd that gives this reply to every stream, and keeps what it was sent. */
class Scanner {
  sent = "";
  closed = 0;
  constructor(private readonly reply: string, private readonly failsAfter = Infinity) {}

  connect = (): Promise<Connection> => {
    let reply: Uint8Array | null = null;
    const take = (data: Uint8Array) => {
      const text = new TextDecoder().decode(data);
      this.sent += text;
      if (this.sent.length > this.failsAfter) throw new Error("broken pipe");
      if (text === "zVERSION\0") reply = bytes("ClamAV 1.4.3/27900\0");
      else if (data.length === 4 && data.every((byte) => byte === 0)) reply = bytes(this.reply);
      return Promise.resolve(data.length);
    };
    return Promise.resolve({
      write: take,
      read: (buffer) => {
        if (reply === null) return Promise.resolve(null);
        buffer.set(reply);
        const length = reply.length;
        reply = null;
        return Promise.resolve(length);
      },
      close: () => void this.closed++,
    });
  };
}

const HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

Deno.test("a file is hashed and counted over all its pieces", async () => {
  const found = await judge("text/plain", pieces("he", "", "llo"), null);
  equal(found, { state: "clean", reason: null, sha256: HELLO, size: 5, engine: null });
});

Deno.test("a control character in any piece makes it no text", async () => {
  equal((await judge("text/plain", pieces("x".repeat(9000), "\0"), null)).reason, "not_text");
});

Deno.test("the scanner sees every byte, and says with which signatures it looked", async () => {
  const scanner = new Scanner("stream: OK\0");
  const found = await judge("text/plain", pieces("he", "llo"), scanner.connect);
  equal([found.state, found.engine], ["clean", "ClamAV 1.4.3/27900"]);
  equal(scanner.sent, "zVERSION\0zINSTREAM\0\0\0\0\x02he\0\0\0\x03llo\0\0\0\0");
  equal(scanner.closed, 2);
});

Deno.test("what the scanner finds is rejected, whatever else it is", async () => {
  const found = await judge("text/plain", pieces("hello"), new Scanner("stream: Eicar-Signature FOUND\0").connect);
  equal([found.state, found.reason], ["rejected", "infected: Eicar-Signature"]);
});

for (const reply of ["", "INSTREAM size limit exceeded. ERROR\0", "stream: OK and more\0", "stream:  FOUND"]) {
  Deno.test(`a scanner that says "${reply}" gives no verdict`, async () => {
    await rejects(() => judge("text/plain", pieces("hello"), new Scanner(reply).connect), "gave no verdict");
  });
}

Deno.test("a scanner that cannot be reached, or that breaks off, gives no verdict", async () => {
  const away = () => Promise.reject(new Error("connection refused"));
  await rejects(() => judge("text/plain", pieces("hello"), away), "connection refused");
  const scanner = new Scanner("stream: OK\0", 21);
  await rejects(() => judge("text/plain", pieces("hello"), scanner.connect), "broken pipe");
  equal(scanner.closed, 2);
});

Deno.test("the address of a scanner is host and port", () => {
  equal(connectTo(undefined), null);
  equal(connectTo(""), null);
  equal(typeof connectTo("[::1]:3310"), "function");
  for (const wrong of ["localhost", "localhost:", ":3310", "localhost:123456"]) {
    let refused = false;
    try {
      connectTo(wrong);
    } catch {
      refused = true;
    }
    equal(refused, true);
  }
});
