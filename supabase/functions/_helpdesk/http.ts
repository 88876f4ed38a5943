/** Answers of functions: JSON, refusals in PostgREST's shape, and streams of events. */

import { ApiError } from "./api.ts";
import { PrincipalError } from "./principal.ts";
import { noteRefusal, noteWork, REQUEST_ID, warn } from "./request_log.ts";

const CORS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": `authorization, x-client-info, apikey, content-type, ${REQUEST_ID}`,
  "access-control-allow-methods": "POST, OPTIONS",
};
const KEEP_ALIVE_MS = 10_000;
/** The longest request has a wish of 1,000 characters, each written as two escapes at most. */
const BODY_BYTES_MAX = 65_536;

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: CORS });
}

/** The answer to a preflight or to a wrong method; null for a POST. */
export function notAPost(request: Request): Response | null {
  if (request.method === "OPTIONS") return new Response("ok", { headers: CORS });
  if (request.method === "POST") return null;
  return json({ code: "method_not_allowed", details: null, hint: null, message: "Send a POST" }, 405);
}

/** The named values of a request's body. @throws ApiError when it is too large or no JSON object */
export async function bodyOf(request: Request, names: string[]): Promise<Record<string, unknown>> {
  let body: unknown;
  try {
    const text = new TextDecoder().decode(await bytesOf(request, BODY_BYTES_MAX));
    body = text.trim() ? JSON.parse(text) : {};
  } catch (error) {
    if (error instanceof ApiError) throw error;
    body = null;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("body must be a JSON object");
  const given = body as Record<string, unknown>;
  return Object.fromEntries(names.filter((name) => given[name] != null).map((name) => [name, given[name]]));
}

/** A body, read up to its limit: what a sender says about its length may be wrong. @throws ApiError beyond it */
export async function bytesOf(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.length;
    if (size > most) {
      const message = `body must have at most ${most} bytes`;
      throw new ApiError(413, { code: "PT413", details: "helpdesk.invalid_value", hint: null, message });
    }
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export function invalid(message: string): ApiError {
  return new ApiError(400, { code: "PT400", details: "helpdesk.invalid_value", hint: null, message });
}

/** A refusal as a body: what the database said, or that something failed here. */
export function refusalBody(error: unknown): { status: number; body: Record<string, unknown> } {
  const refused = bodyAndStatus(error);
  noteRefusal(refused.status, error instanceof ApiError ? error.reason ?? refused.body.code : refused.body.code);
  return refused;
}

function bodyAndStatus(error: unknown): { status: number; body: Record<string, unknown> } {
  if (error instanceof ApiError) {
    return {
      status: error.status,
      body: { code: null, details: null, hint: null, message: error.message, ...error.body },
    };
  }
  if (error instanceof PrincipalError) {
    warn(error.message);
    const { message } = error;
    return { status: 503, body: { code: "assistant_unavailable", details: null, hint: null, message } };
  }
  warn((error as Error).name);
  return { status: 500, body: { code: "internal", details: null, hint: null, message: "The function failed" } };
}

export function refusal(error: unknown): Response {
  const { status, body } = refusalBody(error);
  return json(body, status);
}

/** Sends one event of a stream. */
export type Send = (event: string, data: unknown) => void;

/** A stream of server-sent events. The work goes on when the reader leaves. */
export function eventStream(work: (send: Send) => Promise<void>): Response {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval>;
  const start = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    let isOpen = true;
    const write = (text: string) => {
      try {
        if (isOpen) controller.enqueue(encoder.encode(text));
      } catch {
        isOpen = false;
      }
    };
    timer = setInterval(() => write(": still working\n\n"), KEEP_ALIVE_MS);
    const send: Send = (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    try {
      await work(send);
    } catch (error) {
      send("error", refusalBody(error).body);
    } finally {
      clearInterval(timer);
      try {
        if (isOpen) controller.close();
      } catch {
        // The reader has left.
      }
    }
  };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const done = start(controller);
      noteWork(done);
      return done;
    },
    cancel: () => clearInterval(timer),
  });
  const headers = {
    ...CORS,
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
  };
  return new Response(body, { headers });
}
