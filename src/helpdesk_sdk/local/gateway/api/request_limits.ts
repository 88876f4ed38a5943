/**
 * Limits for every request: its size, the depth of its JSON, invalid Unicode and numbers out of range.
 * Checked before PostgreSQL receives the request.
 */

import { badJson, parseAuthBody } from "./auth_bodies.ts";
import { restError } from "./responses.ts";

export const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const MAX_JSON_DEPTH = 64;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** The nesting depth of a JSON text; stops counting above `limit`. */
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

/** Why a JSON text is refused, with PostgREST's code and message. */
export interface JsonError {
  code: string;
  message: string;
  details?: string;
}

/** The value of a JSON text (undefined for an empty text), or the reason to refuse it. */
export function readJson(bytes: Uint8Array): { value: unknown } | { error: JsonError } {
  if (bytes.length === 0) return { value: undefined };
  if (jsonDepth(bytes) > MAX_JSON_DEPTH) {
    return { error: { code: "PGRST102", message: `JSON may nest at most ${MAX_JSON_DEPTH} levels deep` } };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const error = NEEDS_WALK.test(text) ? findJsonError(value) : null;
    return error ? { error } : { value };
  } catch {
    return { error: { code: "PGRST102", message: "Empty or invalid json" } };
  }
}

/** Escaped surrogates and numbers that may exceed 1.8e308. A text without them needs no check of every value. */
const NEEDS_WALK = /\\u[dD][89a-fA-F]|[eE]\+?0*[1-9]\d|\b\d{300}/;
const LONE_SURROGATE: JsonError = {
  code: "22P02",
  message: "invalid input syntax for type json",
  details: "A string contains half of a surrogate pair.",
};
const NUMBER_OUT_OF_RANGE: JsonError = {
  code: "22003",
  message: "a number is out of range",
  details: "The local stack accepts numbers up to 1.8e308, as JavaScript does.",
};

function findJsonError(value: unknown): JsonError | null {
  if (typeof value === "string") return value.isWellFormed() ? null : LONE_SURROGATE;
  // JSON.parse returns Infinity for larger numbers, which would be stored as null.
  if (typeof value === "number") return Number.isFinite(value) ? null : NUMBER_OUT_OF_RANGE;
  if (value === null || typeof value !== "object") return null;
  for (const [key, inner] of Object.entries(value)) {
    const error = key.isWellFormed() ? findJsonError(inner) : LONE_SURROGATE;
    if (error) return error;
  }
  return null;
}

/** The whole body, or the error response. */
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

/** The error response for a URL that is not UTF-8, or null: lite would search for a different text. */
export function urlProblem(url: URL): Response | null {
  try {
    decodeURIComponent(url.pathname + url.search);
    return null;
  } catch {
    return restError(400, "22021", 'invalid byte sequence for encoding "UTF8" in the URL');
  }
}

/** The same request with its body read and checked, or the error response. */
export async function checkRequest(request: Request): Promise<Request | Response> {
  const url = new URL(request.url);
  const badUrl = urlProblem(url);
  if (badUrl || request.body === null) return badUrl ?? request;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body instanceof Response) return body;
  const { method, headers } = request;
  if (url.pathname.startsWith("/auth/")) {
    const read = readAuthBody(body);
    return read instanceof Response ? read : new Request(request.url, { method, headers, body: read });
  }
  const isRest = url.pathname.startsWith("/rest/");
  return (isRest ? restProblem(request, body) : null) ?? new Request(request.url, { method, headers, body });
}

function restProblem(request: Request, body: Uint8Array): Response | null {
  if (!/\bjson\b/.test(request.headers.get("content-type") ?? "application/json")) return null;
  const read = readJson(body);
  return "error" in read ? restError(400, read.error.code, read.error.message, read.error.details) : null;
}

function readAuthBody(body: Uint8Array<ArrayBuffer>): BodyInit | Response {
  if (body.length === 0) return body;
  const read = readJson(body);
  return "error" in read ? badJson(read.error.details ?? read.error.message) : parseAuthBody(read.value);
}
