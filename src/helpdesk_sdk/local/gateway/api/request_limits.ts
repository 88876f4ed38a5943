/**
 * What no request may do: be too big, nest too deep, or carry text that is not text or a number that is no number.
 * Checked before Postgres sees it.
 */

import { authBody, badJson } from "./auth_bodies.ts";
import { restError } from "./responses.ts";

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

/** Why a JSON text cannot be taken, in PostgREST's words. */
export interface Fault {
  code: string;
  message: string;
  details?: string;
}

/** The value of a JSON text (undefined for an empty one), or why it cannot be taken. */
export function readJson(bytes: Uint8Array): { value: unknown } | { fault: Fault } {
  if (bytes.length === 0) return { value: undefined };
  if (jsonDepth(bytes) > MAX_JSON_DEPTH) {
    return { fault: { code: "PGRST102", message: `JSON may nest at most ${MAX_JSON_DEPTH} levels deep` } };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const fault = SUSPICIOUS.test(text) ? faultOf(value) : null;
    return fault ? { fault } : { value };
  } catch {
    return { fault: { code: "PGRST102", message: "Empty or invalid json" } };
  }
}

/** Escapes of surrogates, and numbers that may be beyond 1.8e308: what has none of them need not be walked through. */
const SUSPICIOUS = /\\u[dD][89a-fA-F]|[eE]\+?0*[1-9]\d|\b\d{300}/;
const HALF_A_PAIR: Fault = {
  code: "22P02",
  message: "invalid input syntax for type json",
  details: "A string holds half of a surrogate pair.",
};
const TOO_LARGE: Fault = {
  code: "22003",
  message: "a number is out of range",
  details: "The local stack takes numbers up to 1.8e308, as JavaScript does.",
};

function faultOf(value: unknown): Fault | null {
  if (typeof value === "string") return value.isWellFormed() ? null : HALF_A_PAIR;
  // Beyond the range JSON.parse gives infinity, which would be stored as null.
  if (typeof value === "number") return Number.isFinite(value) ? null : TOO_LARGE;
  if (value === null || typeof value !== "object") return null;
  for (const [key, inner] of Object.entries(value)) {
    const fault = key.isWellFormed() ? faultOf(inner) : HALF_A_PAIR;
    if (fault) return fault;
  }
  return null;
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
  const { method, headers } = request;
  if (url.pathname.startsWith("/auth/")) {
    const read = readAuthBody(body);
    return read instanceof Response ? read : new Request(request.url, { method, headers, body: read });
  }
  return (isUpload ? null : restProblem(request, body)) ?? new Request(request.url, { method, headers, body });
}

function restProblem(request: Request, body: Uint8Array): Response | null {
  if (!/\bjson\b/.test(request.headers.get("content-type") ?? "application/json")) return null;
  const read = readJson(body);
  return "fault" in read ? restError(400, read.fault.code, read.fault.message, read.fault.details) : null;
}

function readAuthBody(body: Uint8Array<ArrayBuffer>): BodyInit | Response {
  if (body.length === 0) return body;
  const read = readJson(body);
  return "fault" in read ? badJson(read.fault.details ?? read.fault.message) : authBody(read.value);
}
