/** The check of one file: read it once, hash it, look at its start and end, and have it scanned on the way. */

import { createHash } from "node:crypto";
import { HEAD_BYTES, isControl, TAIL_BYTES, TEXT_TYPES, verdict } from "./inspection.ts";
import { type Connect, Scan } from "./scanner.ts";

export interface Verdict {
  state: "clean" | "rejected";
  reason: string | null;
  sha256: string;
  size: number;
  engine: string | null;
}

/**
 * Read the file to its end and judge it.
 *
 * @throws when the bytes or the scanner do not come to an end: there is no verdict then
 */
export async function judge(
  contentType: string,
  content: AsyncIterable<Uint8Array>,
  connect: Connect | null,
): Promise<Verdict> {
  const scan = connect === null ? null : await Scan.start(connect);
  try {
    const hash = createHash("sha256");
    const head = new Collector(HEAD_BYTES);
    const tail = new Tail();
    let [size, hasControls] = [0, false];
    for await (const chunk of content) {
      hash.update(chunk);
      head.add(chunk);
      tail.add(chunk);
      size += chunk.length;
      hasControls ||= TEXT_TYPES.has(contentType) && chunk.some(isControl);
      await scan?.send(chunk);
    }
    const malware = await scan?.result() ?? null;
    const reason = malware === null
      ? await verdict(contentType, head.bytes, tail.bytes(), size, hasControls)
      : `infected: ${malware}`;
    return {
      state: reason === null ? "clean" : "rejected",
      reason,
      sha256: hash.digest("hex"),
      size,
      engine: scan?.engine ?? null,
    };
  } finally {
    scan?.close();
  }
}

/** The first bytes of a file. */
class Collector {
  bytes = new Uint8Array(0);
  constructor(private readonly limit: number) {}

  add(chunk: Uint8Array): void {
    if (this.bytes.length >= this.limit) return;
    const wanted = chunk.subarray(0, this.limit - this.bytes.length);
    const more = new Uint8Array(this.bytes.length + wanted.length);
    more.set(this.bytes);
    more.set(wanted, this.bytes.length);
    this.bytes = more;
  }
}

/** The last bytes of a file. */
class Tail {
  #chunks: Uint8Array[] = [];
  #length = 0;

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - this.#chunks[0]!.length >= TAIL_BYTES) this.#length -= this.#chunks.shift()!.length;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all.subarray(-TAIL_BYTES);
  }
}
