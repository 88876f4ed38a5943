/** Broadcasts over HTTP: several in one request, or a single one whose topic and event are in the path. */

import { readBody, readJson } from "../api/request_limits.ts";
import { type Credential, TokenError } from "./credentials.ts";
import { Shared, type UserPayload } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { fits, jsonSize } from "./plan_limits.ts";
import type { Asker } from "./query_queue.ts";
import { RightsError } from "./policies.ts";
import { PREFIX } from "./room.ts";
import { json } from "../api/responses.ts";
import { apiKey, bearer } from "../api/tokens.ts";

const PATH = "/realtime/v1/api/broadcast";
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Without a plan; others take no more than they have messages per second. */
const MOST_IN_BATCH = 1000;
const TOO_LARGE_BATCH = "Too many messages to broadcast, please reduce the batch size";
/** What the header says when the plan has no limit. */
const UNLIMITED = 2 ** 31 - 1;

interface Message {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  isPrivate: boolean;
  id: string | null;
}

/** The answer to a request for the broadcasting API, or null when the path is none of its. */
export async function broadcastOverHttp(request: Request, hub: Hub): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  const single = pathname.match(/^\/realtime\/v1\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/);
  if (request.method !== "POST" || !(single || pathname === PATH)) return null;
  const rates = rateHeaders(hub);
  const answered = (response: Response) => {
    for (const [name, value] of Object.entries(rates)) response.headers.set(name, value);
    return response;
  };
  let caller: Credential;
  try {
    caller = await hub.credential(bearer(request) ?? apiKey(request) ?? "");
  } catch (error) {
    if (error instanceof TokenError) return json(401, { message: "Unauthorized" });
    throw error;
  }
  if (hub.isOverMessages) return answered(json(429, { message: "Too many requests" }));
  const writer = new Writer(hub, caller, request);
  if (!single) return answered(await many(request, hub, writer));
  const [topic, event] = single.slice(1).map(decodeURIComponent) as [string, string];
  return answered(await one(request, hub, writer, topic, event, searchParams.get("private") === "true"));
}

function rateHeaders(hub: Hub): Record<string, string> {
  const rolling = Math.floor(hub.messages.perSecond());
  const limit = Math.min(hub.plan.messages, UNLIMITED);
  return {
    "x-rate-rolling": String(rolling),
    "x-rate-limit": String(limit),
    "x-rate-limit-remaining": String(limit - rolling),
  };
}

/** Whether the caller may send to a private topic; asked once for each. */
class Writer {
  readonly #asked = new Map<string, Promise<boolean>>();
  readonly #headers: Record<string, string>;
  /** Who has hung up waits for no answer. */
  readonly #asker: Asker;

  constructor(private readonly hub: Hub, private readonly caller: Credential, request: Request) {
    this.#headers = Object.fromEntries(request.headers);
    this.#asker = { owner: this, signal: request.signal };
  }

  may(topic: string): Promise<boolean> {
    const known = this.#asked.get(topic);
    if (known) return known;
    const context = { claims: this.caller.claims, topic, headers: this.#headers };
    const asked = this.hub.rights.write(this.#asker, context, ["broadcast"]);
    const answer = asked.then((allowed) => allowed.broadcast === true);
    this.#asked.set(topic, answer);
    return answer;
  }
}

async function one(
  request: Request,
  hub: Hub,
  writer: Writer,
  topic: string,
  event: string,
  isPrivate: boolean,
): Promise<Response> {
  const type = request.headers.get("content-type")?.replace(/;.*/s, "").trim().toLowerCase();
  if (type !== "application/json" && type !== "application/octet-stream") {
    const error = "Unsupported Media Type. Use application/json or application/octet-stream";
    return json(415, { error });
  }
  const bytes = await readBody(request, MAX_BODY_BYTES);
  if (bytes instanceof Response) return bytes;
  const user = userPayload(event, type === "application/json", bytes);
  if (user === null) return json(400, { message: "The body is no JSON" });
  if (!fits(hub.plan, user.bytes.length)) {
    return json(422, { errors: { payload: ["Payload size exceeds tenant limit"] } });
  }
  try {
    if (isPrivate && !await writer.may(topic)) return json(403, { message: "Unauthorized" });
  } catch (error) {
    if (error instanceof RightsError) return json(422, { message: error.message });
    throw error;
  }
  hub.messages.add();
  hub.rooms.find(topic, isPrivate)?.broadcast(Shared.broadcast(PREFIX + topic, user));
  return new Response(null, { status: 202 });
}

function userPayload(event: string, isJson: boolean, bytes: Uint8Array): UserPayload | null {
  if (!isJson) return { event, encoding: "binary", bytes };
  const read = readJson(bytes);
  if ("fault" in read) return null;
  return { event, encoding: "json", bytes: read.value === undefined ? new TextEncoder().encode("{}") : bytes };
}

async function many(request: Request, hub: Hub, writer: Writer): Promise<Response> {
  const bytes = await readBody(request, MAX_BODY_BYTES);
  if (bytes instanceof Response) return bytes;
  const read = readJson(bytes);
  if ("fault" in read) return json(400, { message: read.fault.message });
  const { messages: asked } = (read.value ?? {}) as { messages?: unknown };
  const blank = asked === undefined || asked === null;
  if (!Array.isArray(asked)) return json(422, { errors: { messages: [blank ? "can't be blank" : "is invalid"] } });
  if (hub.plan.messages === Infinity && asked.length > MOST_IN_BATCH) return json(422, { message: TOO_LARGE_BATCH });
  const errors = asked.map((message) => problemsOf(message, hub));
  if (errors.some((one) => Object.keys(one).length > 0)) return json(422, { errors: { messages: errors } });
  const rate = hub.messages.perSecond() + asked.length;
  if (rate > hub.plan.messages) {
    return json(429, { message: TOO_LARGE_BATCH });
  }
  const messages = asked.map(asMessage);
  for (const message of messages.filter((one) => !one.isPrivate)) send(hub, message);
  for (const message of messages.filter((one) => one.isPrivate)) {
    // The runtime tells of small requests only that their clients hung up; for the others there is the limit above.
    if (request.signal.aborted) break;
    // Who may not send is not told, nor who cannot be asked about.
    if (await writer.may(message.topic).catch(() => false)) send(hub, message);
  }
  return new Response(null, { status: 202 });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is wrong with a message, by the name of the field. */
export function problemsOf(message: unknown, { plan }: Pick<Hub, "plan">): Record<string, string[]> {
  if (!isObject(message)) return { topic: ["can't be blank"], event: ["can't be blank"], payload: ["can't be blank"] };
  const problems: Record<string, string[]> = {};
  for (const name of ["topic", "event"]) {
    const value = message[name] ?? "";
    if (typeof value !== "string") problems[name] = ["is invalid"];
    else if (value.trim() === "") problems[name] = ["can't be blank"];
  }
  const { payload = null, private: isPrivate = null } = message;
  if (payload === null) problems.payload = ["can't be blank"];
  else if (!isObject(payload)) problems.payload = ["is invalid"];
  else if (!fits(plan, jsonSize(payload))) problems.payload = ["Payload size exceeds tenant limit"];
  if (isPrivate !== null && typeof isPrivate !== "boolean") problems.private = ["is invalid"];
  return problems;
}

function asMessage(message: Record<string, unknown>): Message {
  const { topic, event, payload, private: isPrivate, id } = message;
  return {
    topic: topic as string,
    event: event as string,
    payload: payload as Record<string, unknown>,
    isPrivate: isPrivate === true,
    id: typeof id === "string" ? id : null,
  };
}

function send(hub: Hub, { topic, event, payload, isPrivate, id }: Message): void {
  hub.messages.add();
  const content = { type: "broadcast", event, payload, ...(id === null ? {} : { meta: { id } }) };
  const frame = Shared.text(PREFIX + topic, "broadcast", content);
  hub.rooms.find(topic, isPrivate)?.broadcast(frame, null, id ?? undefined);
}
