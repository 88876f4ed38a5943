/** The file of an upload: a binary body, or the file of a form. */

import { Busboy } from "@fastify/busboy";
import { Readable } from "node:stream";
import { invalidRequest, StorageError } from "./errors.ts";

export interface IncomingFile {
  content: AsyncIterable<Uint8Array>;
  type: string;
  cacheControl: string;
  userMetadata: Record<string, unknown> | null;
}

const DEFAULT_TYPE = "application/octet-stream";
const MAX_FIELD_BYTES = 1024 * 1024;
const MAX_FIELDS = 10;

/**
 * Read the body up to the first byte of the file.
 *
 * @throws StorageError
 */
export async function incomingFile(request: Request): Promise<IncomingFile> {
  const type = request.headers.get("content-type");
  if (type?.toLowerCase().startsWith("multipart/form-data")) return await fileOfForm(request, type);
  return {
    content: whole(request.body ?? []),
    type: type || DEFAULT_TYPE,
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    userMetadata: parseMetadata(fromBase64(request.headers.get("x-metadata"))),
  };
}

/** The chunks of a body. An upload that breaks off is the client's error. */
async function* whole(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch {
    throw invalidRequest("The upload is not complete");
  }
}

function fileOfForm(request: Request, type: string): Promise<IncomingFile> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingFile>();
  const noContent = () => invalidRequest("No content provided");
  const fields: Record<string, string> = {};
  let content: Readable | null = null;
  let body: Readable | null = null;
  const parser = openParser(type);
  // A broken request ends the file with an error, so that it is not kept.
  const fail = (error: unknown) => {
    const reason = error instanceof Error ? error : new Error(String(error));
    content?.destroy(reason);
    reject(reason instanceof StorageError ? reason : noContent());
  };
  parser.on("field", (name, value) => void (fields[name] = value));
  parser.on("file", (_name, stream, _filename, _encoding, mimetype) => {
    content = stream;
    // The parser reports an unfinished file as an event, which may come before the file is read.
    stream.on("error", (error: Error) => stream.destroy(error));
    // Without this, the rest of a refused upload waits for a reader.
    stream.once("close", () => stream.readableEnded || body?.destroy());
    resolve({
      content: whole(stream),
      type: fields.contentType || mimetype || DEFAULT_TYPE,
      cacheControl: fields.cacheControl ? `max-age=${fields.cacheControl}` : "no-cache",
      userMetadata: parseMetadata(fields.metadata ?? fields.userMetadata ?? null),
    });
  });
  parser.on("finish", () => reject(noContent()));
  parser.on("error", fail);
  if (request.body === null) parser.end();
  else {
    body = Readable.fromWeb(request.body as unknown as Parameters<typeof Readable.fromWeb>[0]);
    body.on("error", fail);
    body.pipe(parser);
  }
  return promise;
}

function openParser(type: string): Busboy {
  try {
    return new Busboy({
      headers: { "content-type": type },
      limits: { files: 1, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES },
    });
  } catch {
    // The content type has no boundary.
    throw invalidRequest("No content provided");
  }
}

function parseMetadata(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && !Array.isArray(value) ? value as Record<string, unknown> | null : null;
  } catch {
    return null;
  }
}

function fromBase64(text: string | null): string | null {
  try {
    return text === null ? null : new TextDecoder().decode(Uint8Array.fromBase64(text));
  } catch {
    return null;
  }
}

/** The type without its parameters, in lower case. */
const essence = (type: string) => type.split(";", 1)[0]!.trim().toLowerCase();

/** Whether a bucket's list of types admits a type; `image/*` admits every image. */
export function admitsType(allowed: readonly string[] | null, type: string): boolean {
  if (allowed === null || allowed.length === 0) return true;
  const [kind = "", name] = essence(type).split("/");
  return name !== undefined && allowed.map(essence).some((one) => one === `${kind}/*` || one === `${kind}/${name}`);
}
