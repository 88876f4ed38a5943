/**
 * One line of JSON for each request of a function, with the names of the worker's log, and the id that leads from the
 * caller's request through all logs. No line has what a customer, an agent or a model wrote, a token or a key.
 */

import { AsyncLocalStorage } from "node:async_hooks";

export const REQUEST_ID = "x-client-request-id";
/** The SDK's rule for an id. */
const ID = /^[A-Za-z0-9._:/=+-]{1,100}$/;

interface Logged {
  request_id: string;
  run_id: string | null;
  /** Why the request was refused. */
  reason: string | null;
  /** The status that a stream would have had, were it not sent before the work. */
  status: number | null;
  /** Work that goes on after the response has begun. */
  work: Promise<unknown>;
}

const present = new AsyncLocalStorage<Logged>();

/** The id that the caller gave, or a new one when there is none that may be written to a log. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get(REQUEST_ID) ?? "";
  return ID.test(given) ? given : crypto.randomUUID().replaceAll("-", "");
}

/** The header with the present request's id, for the requests that the function makes. */
export function idHeader(): Record<string, string> {
  const logged = present.getStore();
  return logged ? { [REQUEST_ID]: logged.request_id } : {};
}

/** `fetch` with the present request's id, for a client that makes its own requests. */
export const fetchWithId: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  for (const [name, value] of Object.entries(idHeader())) headers.set(name, value);
  return fetch(input, { ...init, headers });
};

/** Name the run that the present request is about. */
export function noteRun(run_id: string): void {
  note({ run_id });
}

/** Name why the present request is refused. */
export function noteRefusal(status: number, reason: unknown): void {
  note({ status, reason: typeof reason === "string" ? reason : null });
}

/** The present request is done when this work is, and its line is written then. */
export function noteWork(work: Promise<unknown>): void {
  note({ work });
}

function note(values: Partial<Logged>): void {
  const logged = present.getStore();
  if (logged) Object.assign(logged, values);
}

/** A line about what went wrong on the way. The sentence holds ids and names only. */
export function warn(sentence: string, fields: Record<string, unknown> = {}): void {
  const logged = present.getStore();
  write("warning", sentence, {
    ...(logged ? { request_id: logged.request_id, run_id: logged.run_id } : {}),
    ...fields,
  });
}

/** A handler that writes one line for each request, and answers with the request's id. */
export function logged(
  name: string,
  handle: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === "OPTIONS") return await handle(request);
    const begun = performance.now();
    const one: Logged = {
      request_id: requestIdOf(request.headers),
      run_id: null,
      reason: null,
      status: null,
      work: Promise.resolve(),
    };
    const line = (answered: number) => {
      const status = one.status ?? answered;
      const { request_id, run_id, reason } = one;
      const ms = Math.round(performance.now() - begun);
      write(status < 500 ? "info" : "warning", `${name}: ${status}`, {
        request_id,
        run_id,
        function: name,
        status,
        reason,
        ms,
      });
    };
    try {
      const response = await present.run(one, () => handle(request));
      response.headers.set(REQUEST_ID, one.request_id);
      response.headers.append("access-control-expose-headers", REQUEST_ID);
      void one.work.finally(() => line(response.status)).catch(() => {});
      return response;
    } catch (error) {
      line(500);
      throw error;
    }
  };
}

function write(level: "info" | "warning", sentence: string, fields: Record<string, unknown>): void {
  const message = sentence.replaceAll(/\s+/g, " ").slice(0, 500);
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}
