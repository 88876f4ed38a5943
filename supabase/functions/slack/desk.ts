/** Answers Slack: whose request it is, what that person asks for, and what they are told. */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { bytesOf } from "../_helpdesk/http.ts";
import { noteRefusal, noteWork, warn } from "../_helpdesk/request_log.ts";
import { callSlack } from "../_helpdesk/slack_api.ts";
import { type Ask, read } from "./requests.ts";

/** What the database says about a request that Slack has signed. */
interface Connection {
  connection_id: string;
  workspace_id: string;
  bot_user_id: string;
  is_active: boolean;
  token: string;
  api_url: string;
}

/** Slack waits three seconds, and then sends the request again. */
const ANSWER_MS = 2_000;
const BODY_BYTES_MAX = 262_144;
/** Somebody who lost their address in Slack acts no longer than this. */
const REMEMBERED_MS = 60_000;
const UNKNOWN =
  "Your Slack account has no confirmed e-mail address of this workspace, so the helpdesk does not know you.";
const FAILED = "The helpdesk could not do this now. Try again in a minute.";

/** The edge runtime keeps an instance alive for work that goes on after the response. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

export class SlackDesk {
  #addresses = new Map<string, { email: string | null; until: number }>();

  constructor(
    private readonly api: Api,
    private readonly send: typeof fetch = fetch,
    private readonly answerMs = ANSWER_MS,
  ) {}

  /** Answer a request of Slack. */
  async answer(request: Request): Promise<Response> {
    const body = await textOf(request);
    const headers = request.headers;
    const signature = headers.get("x-slack-signature") ?? "";
    // Not worth a question to the database.
    if (body === null || !/^v0=[0-9a-f]{64}$/.test(signature)) return refused();
    const received = read(body, headers.get("content-type") ?? "");
    const connection = await this.api.rpc<Connection | null>(this.api.system, "accept_slack", {
      sent_at: headers.get("x-slack-request-timestamp") ?? "",
      signature,
      body,
      workspace_id: received.workspace,
    });
    if (connection === null) return refused();
    if (received.challenge !== null) return new Response(received.challenge, { headers: PLAIN });
    const { ask } = received;
    if (ask === null || received.workspace === null || !connection.is_active || ask.user === connection.bot_user_id) {
      return new Response(null, { status: 200 });
    }
    const work = this.#carryOut(connection, ask);
    const told = await within(this.answerMs, work);
    if (told !== LATE) {
      // Nothing was done, and perhaps the database is back when Slack asks again. A command is not asked again.
      if (told instanceof ApiError) return received.isCommand ? ephemeral(FAILED) : new Response(null, { status: 503 });
      if (received.isCommand) return told === null ? new Response(null, { status: 200 }) : ephemeral(told);
    }
    const after = work.then((said) => this.#tell(connection, ask, said instanceof ApiError ? FAILED : said));
    const safe = after.catch((error) => warn("an answer to Slack failed", { error: (error as Error).name }));
    noteWork(safe);
    if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(safe);
    return new Response(null, { status: 200 });
  }

  /** What the person is told; null for nothing. An ApiError when the database was away. */
  async #carryOut(connection: Connection, ask: Ask): Promise<string | null | ApiError> {
    try {
      const isTalk = ask.act === "note" || ask.act === "reply";
      if (isTalk && !await this.#isThread(connection, ask)) return null;
      const email = await this.#address(connection, ask.user);
      if (email === null) return UNKNOWN;
      const done = await this.api.rpc<{ text?: string }>(this.api.system, "slack_act", {
        connection_id: connection.connection_id,
        request_key: ask.key,
        email,
        act: ask.act,
        args: ask.args,
      });
      return done.text ?? null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === null) return error;
      noteRefusal(200, error.reason);
      // It may repeat what was asked for.
      return escaped([error.message, error.body.hint].filter(Boolean).join(" "));
    }
  }

  async #isThread({ connection_id }: Connection, { args }: Ask): Promise<boolean> {
    const { channel_id, thread_ts } = args;
    return await this.api.rpc<boolean>(this.api.system, "is_slack_thread", { connection_id, channel_id, thread_ts });
  }

  /** The confirmed address of a member of the workspace; null for guests of other workspaces, bots and former members. */
  async #address(connection: Connection, user: string): Promise<string | null> {
    const key = `${connection.connection_id} ${user}`;
    const known = this.#addresses.get(key);
    if (known && known.until > Date.now()) return known.email;
    const found = await callSlack(connection.api_url, connection.token, "users.info", { user }, this.send);
    if (!found.ok && found.error !== "user_not_found") {
      throw new ApiError(503, { code: "slack", message: "users.info" });
    }
    const person = (found.body.user ?? {}) as Record<string, unknown>;
    const { email } = (person.profile ?? {}) as Record<string, unknown>;
    const isMember = person.team_id === connection.workspace_id && person.id === user && !person.deleted &&
      !person.is_bot && !person.is_stranger && person.is_email_confirmed === true;
    const address = isMember && typeof email === "string" && email !== "" ? email : null;
    if (this.#addresses.size > 1_000) this.#addresses.clear();
    this.#addresses.set(key, { email: address, until: Date.now() + REMEMBERED_MS });
    return address;
  }

  /** Tell the person, and nobody else. */
  async #tell(connection: Connection, { act, answer, user }: Ask, said: string | null): Promise<void> {
    // What was done in a thread or by a button is seen there.
    if (said === null || ((act === "note" || act === "reply") && /^(Added|Sent) /.test(said))) return;
    if ("channel" in answer) {
      const { channel, thread_ts } = answer;
      const args = { channel, thread_ts, user, text: said };
      await callSlack(connection.api_url, connection.token, "chat.postEphemeral", args, this.send);
    } else if (isSlacks(answer.response_url, connection.api_url)) {
      const body = JSON.stringify({ response_type: "ephemeral", replace_original: false, text: said });
      const headers = { "content-type": "application/json" };
      const signal = AbortSignal.timeout(5_000);
      await this.send(answer.response_url, { method: "POST", headers, body, redirect: "error", signal });
    }
  }
}

const LATE = Symbol("late");
const PLAIN = { "content-type": "text/plain; charset=utf-8" };

function refused(): Response {
  noteRefusal(401, "not_signed");
  return new Response(null, { status: 401 });
}

function ephemeral(said: string): Response {
  return Response.json({ response_type: "ephemeral", text: said });
}

function escaped(said: string): string {
  return said.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Whether an address for answers is one of Slack's, or of the double that stands for Slack. */
export function isSlacks(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, username, password } = new URL(url);
  if (username || password) return false;
  return origin === (apiUrl === "https://slack.com/api" ? "https://hooks.slack.com" : new URL(apiUrl).origin);
}

/** The body as text; null when it is too large, no UTF-8 or has a NUL: then its signature cannot be right either. */
async function textOf(request: Request): Promise<string | null> {
  try {
    const bytes = await bytesOf(request, BODY_BYTES_MAX);
    return bytes.includes(0) ? null : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
