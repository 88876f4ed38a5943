/**
 * The content of objects, as files in the stack's data directory. A file is named after the version of its object, so no
 * key can name a file, and a reader of the previous version is not disturbed by an upload.
 */

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { tooLarge } from "./errors.ts";

/** A complete upload that does not belong to an object yet. */
export interface Received {
  path: string;
  size: number;
  /** In quotes, as in the header. Like S3's: the MD5 of the content. */
  etag: string;
}

const CHUNK = 64 * 1024;
const VERSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class ObjectFiles {
  constructor(private readonly root: string) {}

  /** Remove what interrupted uploads left when the stack was killed. */
  async clean(): Promise<void> {
    await removeIfPresent(this.#incoming, { recursive: true });
  }

  get #incoming(): string {
    return join(this.root, "incoming");
  }

  #path(version: string): string {
    if (!VERSION.test(version)) throw new Deno.errors.NotFound(version);
    return join(this.root, "objects", version.slice(0, 2), version);
  }

  /**
   * Write an upload to a file of its own. Nothing remains when the upload breaks off or has more than `limit` bytes.
   *
   * @throws StorageError, and the error of the upload
   */
  async receive(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Received> {
    await Deno.mkdir(this.#incoming, { recursive: true });
    const path = join(this.#incoming, crypto.randomUUID());
    const file = await Deno.open(path, { write: true, createNew: true });
    const digest = createHash("md5");
    let size = 0;
    try {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > limit) throw tooLarge();
        digest.update(chunk);
        for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
      }
    } catch (error) {
      file.close();
      await this.discard(path);
      throw error;
    }
    file.close();
    return { path, size, etag: `"${digest.digest("hex")}"` };
  }

  async discard(path: string): Promise<void> {
    await removeIfPresent(path);
  }

  /** Make an upload the content of a version. */
  async keep(received: Received, version: string): Promise<void> {
    const path = this.#path(version);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.rename(received.path, path);
  }

  async copy(from: string, to: string): Promise<void> {
    const path = this.#path(to);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.copyFile(this.#path(from), path);
  }

  async remove(versions: Iterable<string | null>): Promise<void> {
    for (const version of versions) if (version && VERSION.test(version)) await removeIfPresent(this.#path(version));
  }

  /**
   * Open a version and report its size. The caller closes the file, or reads it with `contentOf`.
   *
   * @throws Deno.errors.NotFound
   */
  async open(version: string | null): Promise<{ file: Deno.FsFile; size: number }> {
    const file = await Deno.open(this.#path(version ?? ""));
    return { file, size: (await file.stat()).size };
  }
}

/** The bytes from `start` to `end`, the last included. Closes the file at the end and when the reader goes away. */
export function contentOf(file: Deno.FsFile, start: number, end: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = end - start + 1;
  return new ReadableStream({
    async start() {
      if (start > 0) await file.seek(start, Deno.SeekMode.Start);
    },
    async pull(controller) {
      const buffer = new Uint8Array(Math.min(CHUNK, left));
      const count = left > 0 ? await file.read(buffer) : null;
      if (count === null) {
        file.close();
        controller.close();
        return;
      }
      left -= count;
      controller.enqueue(buffer.subarray(0, count));
    },
    cancel() {
      file.close();
    },
  }, { highWaterMark: 1 });
}

const UNITS: Record<string, number> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** The bytes of a size like "50MiB" or "20MB". */
export function parseSize(text: string): number {
  const [, number = "", unit = ""] = text.trim().toLowerCase().match(/^(\d+(?:\.\d+)?)\s*([a-z]*)$/) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit] ?? NaN));
  if (number === "" || Number.isNaN(bytes)) throw new Error(`storage.file_size_limit is not a size: ${text}`);
  return bytes;
}

async function removeIfPresent(path: string, options: Deno.RemoveOptions = {}): Promise<void> {
  try {
    await Deno.remove(path, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
