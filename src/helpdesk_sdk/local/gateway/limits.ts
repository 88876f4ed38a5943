/** What no request may do: be too big, nest too deep, or carry text that is not text. Checked before Postgres sees it. */

import { restError } from "./replies.ts";

export const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
export const MAX_JSON_DEPTH = 64;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** How deep the brackets of a JSON text nest; stops counting above `limit`. */
export function jsonDepth(bytes: Uint8Array, limit = MAX_JSON_DEPTH): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(byte)) depth--;
    if (deepest > limit) return deepest;
  }
  return deepest;
}

/** Why a JSON text cannot be taken, or null when it can. */
export function jsonProblem(bytes: Uint8Array): Response | null {
  if (bytes.length === 0) return null;
  if (jsonDepth(bytes) > MAX_JSON_DEPTH) {
    return restError(400, "PGRST102", `JSON may nest at most ${MAX_JSON_DEPTH} levels deep`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (/\\u[dD][89abAB]|\\u[dD][c-fC-F]/.test(text) && !isWellFormed(value)) {
      return restError(400, "22P02", "invalid input syntax for type json", "A string holds half of a surrogate pair.");
    }
    return null;
  } catch {
    return restError(400, "PGRST102", "Empty or invalid json");
  }
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isWellFormed);
  if (value === null || typeof value !== "object") return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}

/** The whole body, or the answer that refuses it. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | Response> {
  const tooLarge = () => restError(413, "PGRST102", `The request body may have at most ${limit} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) return tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) return tooLarge();
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

/** Why a URL cannot be taken, or null: what is no UTF-8 would otherwise be searched for in another spelling. */
export function urlProblem(url: URL): Response | null {
  try {
    decodeURIComponent(url.pathname + url.search);
    return null;
  } catch {
    return restError(400, "22021", 'invalid byte sequence for encoding "UTF8" in the URL');
  }
}

/** The same request with its body read and judged, or the answer that refuses it. */
export async function checked(request: Request): Promise<Request | Response> {
  const url = new URL(request.url);
  const misspelt = urlProblem(url);
  if (misspelt || request.body === null) return misspelt ?? request;
  const isUpload = url.pathname.startsWith("/storage/");
  const body = await readBody(request, isUpload ? MAX_UPLOAD_BYTES : MAX_BODY_BYTES);
  if (body instanceof Response) return body;
  const type = request.headers.get("content-type") ?? (isUpload ? "" : "application/json");
  const problem = /\bjson\b/.test(type) && !isUpload ? jsonProblem(body) : null;
  return problem ?? new Request(request.url, { method: request.method, headers: request.headers, body });
}
