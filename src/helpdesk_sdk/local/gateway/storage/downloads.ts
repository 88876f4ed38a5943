/** The response to a download: headers from the object's metadata, the content from its file. */

import { StorageError } from "./errors.ts";
import { contentOf } from "./files.ts";
import type { ObjectRow } from "./objects.ts";

export interface DownloadOptions {
  /** The parameter `download`: null without it; empty for an attachment without a name. */
  download: string | null;
  /** When the signed URL expires, as a Unix time; null for other URLs. */
  expires: number | null;
}

/** The bytes of a range, both ends included. */
export interface Range {
  start: number;
  end: number;
}

/**
 * The part of a file that `Range: bytes=a-b` requests; null for the whole file (no range, or a form that S3 ignores).
 *
 * @throws StorageError when no byte of the file is in the range
 */
export function parseRange(header: string | null, size: number): Range | null {
  const [, first, last] = header?.trim().match(/^bytes=\s*(\d*)\s*-\s*(\d*)$/) ?? [];
  if (first === undefined || last === undefined || (!first && !last)) return null;
  if (first && last && Number(last) < Number(first)) return null;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  if (start >= size) throw new StorageError(416, "InvalidRange", "The requested range is not satisfiable", 416);
  return { start, end: first && last ? Math.min(Number(last), size - 1) : size - 1 };
}

/** The header of a download with a name: RFC 6266, with the name as in RFC 5987. */
export function contentDisposition(name: string): string {
  if (name === "") return "attachment;";
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename=${encoded}; filename*=UTF-8''${encoded};`;
}

/** A browser must not run what somebody uploaded, so HTML is sent as text. */
function servedType(type: string): string {
  return type.toLowerCase().includes("text/html") ? "text/plain" : type;
}

/** The headers of an object that do not depend on a range. */
export function objectHeaders(object: ObjectRow, options: DownloadOptions): Headers {
  const { eTag = "", mimetype = "application/octet-stream", cacheControl = "no-cache", lastModified } =
    object.metadata ?? {};
  const headers = new Headers({ "accept-ranges": "bytes", "x-robots-tag": "none" });
  set(headers, "content-type", servedType(mimetype));
  set(headers, "etag", eTag);
  set(headers, "last-modified", new Date(lastModified ?? object.updated_at).toUTCString());
  if (options.expires === null) set(headers, "cache-control", cacheControl);
  else set(headers, "expires", new Date(options.expires * 1000).toUTCString());
  if (options.download !== null) headers.set("content-disposition", contentDisposition(options.download));
  return headers;
}

/** Set a header whose value was uploaded: what is no header value is left out. */
function set(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    // A value that HTTP cannot carry.
  }
}

/** Whether the client has this version already (`If-None-Match`, else `If-Modified-Since`). */
function isUnchanged(request: Request, headers: Headers): boolean {
  const etag = headers.get("etag");
  const known = request.headers.get("if-none-match");
  if (known !== null) return known.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
  const since = Date.parse(request.headers.get("if-modified-since") ?? "");
  return Date.parse(headers.get("last-modified") ?? "") <= since;
}

/**
 * Send an open file, or the requested part of it. Takes over the file and closes it.
 *
 * @throws StorageError
 */
export function sendFile(
  request: Request,
  object: ObjectRow,
  opened: { file: Deno.FsFile; size: number },
  options: DownloadOptions,
): Response {
  const { file, size } = opened;
  const headers = objectHeaders(object, options);
  let range: Range | null = null;
  try {
    if (isUnchanged(request, headers)) {
      file.close();
      return new Response(null, { status: 304, headers });
    }
    range = request.method === "GET" ? parseRange(request.headers.get("range"), size) : null;
  } catch (error) {
    file.close();
    if (!(error instanceof StorageError)) throw error;
    return error.toResponse({ "content-range": `bytes */${size}` });
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers.set("content-length", String(end - start + 1));
  if (range) headers.set("content-range", `bytes ${start}-${end}/${size}`);
  if (request.method === "HEAD") {
    file.close();
    return new Response(null, { headers });
  }
  return new Response(contentOf(file, start, end), { status: range ? 206 : 200, headers });
}
