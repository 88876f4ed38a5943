/** One attempt to deliver to Slack: the calls of a delivery, in their order. `helpdesk_sdk/delivery/slack.py` is the same. */

import { callSlack, type SlackAnswer } from "./slack_api.ts";
import type { Attempt } from "./webhook_send.ts";

/** What `lease_deliveries()` gives for Slack. */
export interface SlackPayload {
  api_url: string;
  token: string;
  channel: string;
  calls: { method: string; body: Record<string, unknown>; in_thread?: boolean }[];
  echo?: Record<string, unknown> | null;
}

export interface SlackAttempt extends Attempt {
  /** What the database is to know: the thread that was begun, what it shows, and Slack's error. */
  result: Record<string, unknown>;
}

/** Slack wants about one message a second in a channel. */
const PACE_MS = 1_000;
/** The first message was removed by somebody: there is nothing left to change. */
const NOTHING_LEFT = new Set(["message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"]);
const WORKSPACE_IS_GONE = new Set([
  ...["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"],
  ...["no_permission", "org_login_required", "ekm_access_denied", "team_access_not_granted", "access_denied"],
]);
const CHANNEL_IS_GONE = new Set([
  ...["channel_not_found", "is_archived", "not_in_channel", "restricted_action", "channel_type_not_supported"],
]);
const PASSES = new Set([
  ...["ratelimited", "rate_limited", "unavailable", "timeout", "unreachable", "odd_answer", "internal_error"],
  ...["fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"],
]);

/** Sends to Slack, to each channel one after the other. */
export class SlackSender {
  #turns = new Map<string, Promise<unknown>>();

  constructor(private readonly fetchIt: typeof fetch = fetch, private readonly paceMs = PACE_MS) {}

  /** Make one attempt. It never throws: each end of it is an outcome. */
  async send(payload: SlackPayload): Promise<SlackAttempt> {
    const before = this.#turns.get(payload.channel);
    const turn = (before ?? Promise.resolve()).then(() => this.#attempt(payload)).catch(notSent);
    const after = turn.then(() => this.paceMs > 0 && new Promise((resolve) => setTimeout(resolve, this.paceMs)));
    this.#turns.set(payload.channel, after);
    // The last of a channel leaves nothing behind.
    void after.then(() => this.#turns.get(payload.channel) === after && this.#turns.delete(payload.channel));
    return await turn;
  }

  async #attempt({ api_url, token, calls, echo }: SlackPayload): Promise<SlackAttempt> {
    const begun = performance.now();
    const result: Record<string, unknown> = {};
    let answer: SlackAnswer | null = null;
    for (const { method, body, in_thread } of calls) {
      const args = in_thread ? { ...body, thread_ts: result.ts } : body;
      answer = await callSlack(api_url, token, method, args, this.fetchIt);
      if (!answer.ok && NOTHING_LEFT.has(answer.error ?? "") && method === "chat.update") continue;
      if (!answer.ok) break;
      if (method === "chat.postMessage" && !("thread_ts" in args)) result.ts = answer.body.ts;
    }
    const isDone = answer !== null && (answer.ok || NOTHING_LEFT.has(answer.error ?? ""));
    return {
      ...judged(isDone, answer),
      result: isDone ? { ...echo, ...result } : { ...result, error: answer?.error ?? null },
      milliseconds: Math.round(performance.now() - begun),
    };
  }
}

/** A payload that has another form. What waits for the same channel goes on. */
function notSent(error: unknown): SlackAttempt {
  const problem = `It cannot be sent: ${(error as Error).name}`;
  const nothing = { status: null, answer: null, retry_after_seconds: null, milliseconds: 0 };
  return { ...nothing, outcome: "retry", problem, result: {} };
}

function judged(isDone: boolean, answer: SlackAnswer | null): Omit<Attempt, "milliseconds"> {
  const status = answer?.status ?? null;
  const said = { status, answer: answer?.error ?? "ok", problem: null, retry_after_seconds: null };
  if (isDone) return { ...said, outcome: "done" };
  const error = answer?.error ?? "odd_answer";
  const problem = `Slack answered ${error}`;
  if (WORKSPACE_IS_GONE.has(error) || CHANNEL_IS_GONE.has(error)) return { ...said, problem, outcome: "gone" };
  if (!PASSES.has(error)) return { ...said, problem, outcome: "refused" };
  const sentence = error === "unreachable" ? "Slack cannot be reached" : problem;
  return { ...said, problem: sentence, outcome: "retry", retry_after_seconds: answer?.retryAfter ?? null };
}
