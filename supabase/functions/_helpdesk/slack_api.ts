/** Calls of Slack's Web API. An answer with `ok: false` has status 200: what counts is its error. */

import { retryAfter } from "./http_answer.ts";

export interface SlackAnswer {
  /** The HTTP status; null when there was no answer. */
  status: number | null;
  ok: boolean;
  /** Slack's word for what went wrong, or ours: `unreachable`, `timeout`, `odd_answer`. */
  error: string | null;
  retryAfter: number | null;
  body: Record<string, unknown>;
}

/** Methods that read take no JSON. */
const READS = /^users[.]/;
const TIMEOUT_MS = 10_000;

/** Call a method. It never throws. */
export async function callSlack(
  apiUrl: string,
  token: string,
  method: string,
  args: Record<string, unknown>,
  send: typeof fetch = fetch,
): Promise<SlackAnswer> {
  const [type, sent] = READS.test(method)
    ? ["application/x-www-form-urlencoded", new URLSearchParams(args as Record<string, string>).toString()]
    : ["application/json; charset=utf-8", JSON.stringify(args)];
  const failed = { status: null, ok: false, retryAfter: null, body: {} };
  let response: Response;
  let body: unknown = null;
  try {
    response = await send(`${apiUrl}/${method}`, {
      method: "POST",
      headers: { "authorization": `Bearer ${token}`, "content-type": type },
      body: sent,
      // The token goes nowhere else.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    body = await response.json().catch(() => null);
  } catch (error) {
    return { ...failed, error: (error as Error).name === "TimeoutError" ? "timeout" : "unreachable" };
  }
  const { status } = response;
  const wait = { retryAfter: retryAfter(response.headers.get("retry-after")) };
  if (status === 429) return { ...failed, status, ...wait, error: "ratelimited" };
  if (status >= 500) return { ...failed, status, ...wait, error: "unavailable" };
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { ...failed, status, error: "odd_answer" };
  }
  const answer = body as Record<string, unknown>;
  const error = typeof answer.error === "string" ? answer.error.slice(0, 100) : "odd_answer";
  return { status, ok: answer.ok === true, error: answer.ok === true ? null : error, ...wait, body: answer };
}
