/** What Slack sends: events, buttons and commands, read from the bytes as they came. */

/** Something that a person asks for. */
export interface Ask {
  act: "find" | "claim" | "resolve" | "note" | "reply";
  args: Record<string, string>;
  /** What is the same when Slack sends the request again. */
  key: string;
  user: string;
  /** Where the answer goes: to Slack's URL for it, or as a message that only this person sees. */
  answer: { response_url: string } | { channel: string; thread_ts: string };
}

export interface Received {
  workspace: string | null;
  /** The check of the address: this is to be sent back. */
  challenge: string | null;
  ask: Ask | null;
  /** Whether the answer may stand in the response. */
  isCommand: boolean;
}

/** A reply to the requester begins with this word; everything else in a thread is a note. */
export const PUBLIC = /^!reply\s+/i;
const ACTS = new Set(["claim", "resolve"]);
/** Messages that people write; all other kinds are changes, joins and what programs write. */
const SUBTYPES = new Set([undefined, "thread_broadcast", "file_share"]);

type Json = Record<string, unknown>;

/** Read a request. What is not understood asks for nothing. */
export function read(body: string, contentType: string): Received {
  const nothing = { workspace: null, challenge: null, ask: null, isCommand: false };
  try {
    if (contentType.startsWith("application/json")) return { ...nothing, ...event(object(JSON.parse(body))) };
    const form = new URLSearchParams(body);
    const payload = form.get("payload");
    if (payload !== null) return { ...nothing, ...button(object(JSON.parse(payload))) };
    return { ...nothing, ...command(form) };
  } catch {
    return nothing;
  }
}

function event(body: Json): Partial<Received> {
  if (body.type === "url_verification") return { challenge: text(body.challenge) };
  const workspace = text(body.team_id) || null;
  const { type, subtype, bot_id, thread_ts, ts, channel, user, team, text: said } = object(body.event);
  const isReply = type === "message" && SUBTYPES.has(subtype as string | undefined) && !bot_id && thread_ts &&
    thread_ts !== ts;
  // In a shared channel somebody of another workspace writes: that person is nobody here.
  if (!isReply || (team && team !== workspace)) return { workspace };
  const plain = plainText(text(said));
  if (!plain) return { workspace };
  const isPublic = PUBLIC.test(plain);
  const place = { channel: text(channel), thread_ts: text(thread_ts) };
  return {
    workspace,
    ask: {
      act: isPublic ? "reply" : "note",
      args: { channel_id: place.channel, thread_ts: place.thread_ts, text: plain.replace(PUBLIC, "") },
      key: `event:${text(body.event_id)}`,
      user: text(user),
      answer: place,
    },
  };
}

function button(body: Json): Partial<Received> {
  const workspace = text(object(body.team).id) || null;
  const [action] = Array.isArray(body.actions) ? body.actions.map(object) : [];
  const act = text(action?.action_id);
  // The button Open is a link: Slack tells of it, too.
  if (body.type !== "block_actions" || !ACTS.has(act)) return { workspace };
  return {
    workspace,
    ask: {
      act: act as Ask["act"],
      args: { ticket_id: text(action?.value) },
      key: `trigger:${text(body.trigger_id)}`,
      user: text(object(body.user).id),
      answer: { response_url: text(body.response_url) },
    },
  };
}

function command(form: URLSearchParams): Partial<Received> {
  const workspace = form.get("team_id");
  if (!form.get("command")) return { workspace };
  return {
    workspace,
    isCommand: true,
    ask: {
      act: "find",
      args: { query: plainText(form.get("text") ?? "") },
      key: `trigger:${form.get("trigger_id") ?? ""}`,
      user: form.get("user_id") ?? "",
      answer: { response_url: form.get("response_url") ?? "" },
    },
  };
}

/** A text of Slack as people read it: without links and mentions in brackets, and without entities. */
export function plainText(said: string): string {
  return said
    .replace(/<([^<>]*)>/g, (_, inner: string) => {
      const [target = "", label] = inner.split("|", 2);
      if (/^[@#!]/.test(target)) return label ?? target.replace(/^!(?:subteam\^)?/, "@");
      const address = target.replace(/^(mailto|tel):/, "");
      return label && label !== address && label !== target ? `${label} (${address})` : address;
    })
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")
    .trim();
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
