/** Broadcasts over HTTP: a batch in one request, or one message with topic and event in the path. */

import { readBody, readJson } from "../api/request_limits.ts";
import { type Credential, TokenError } from "./credentials.ts";
import { type BroadcastPayload, SharedFrame } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { fitsPlan, jsonSize } from "./plan_limits.ts";
import type { QueryCaller } from "./query_queue.ts";
import { PolicyError } from "./policies.ts";
import { TOPIC_PREFIX } from "./room.ts";
import { json } from "../api/responses.ts";
import { apiKey, bearerToken } from "../api/tokens.ts";

const PATH = "/realtime/v1/api/broadcast";
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** The limit without a plan. With a plan, the message rate is the limit. */
const MAX_BATCH = 1000;
const TOO_LARGE_BATCH = "Too many messages to broadcast, please reduce the batch size";
/** The header's value when the plan has no limit. */
const UNLIMITED = 2 ** 31 - 1;

interface Message {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  isPrivate: boolean;
  id: string | null;
}

/** The response of the broadcast API, or null for another path. */
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
    caller = await hub.verifyCredential(bearerToken(request) ?? apiKey(request) ?? "");
  } catch (error) {
    if (error instanceof TokenError) return json(401, { message: "Unauthorized" });
    throw error;
  }
  if (hub.isOverMessageRate) return answered(json(429, { message: "Too many requests" }));
  const permissions = new BroadcastPermissions(hub, caller, request);
  if (!single) return answered(await sendBatch(request, hub, permissions));
  const [topic, event] = single.slice(1).map(decodeURIComponent) as [string, string];
  return answered(await sendOne(request, hub, permissions, topic, event, searchParams.get("private") === "true"));
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

/** Checks whether the caller may send to a private topic, once per topic. */
class BroadcastPermissions {
  readonly #results = new Map<string, Promise<boolean>>();
  readonly #headers: Record<string, string>;
  /** The request's signal cancels the check when the client disconnects. */
  readonly #caller: QueryCaller;

  constructor(private readonly hub: Hub, private readonly caller: Credential, request: Request) {
    this.#headers = Object.fromEntries(request.headers);
    this.#caller = { owner: this, signal: request.signal };
  }

  isAllowed(topic: string): Promise<boolean> {
    const known = this.#results.get(topic);
    if (known) return known;
    const context = { claims: this.caller.claims, topic, headers: this.#headers };
    const result = this.hub.policies.write(this.#caller, context, ["broadcast"]);
    const answer = result.then((allowed) => allowed.broadcast === true);
    this.#results.set(topic, answer);
    return answer;
  }
}

async function sendOne(
  request: Request,
  hub: Hub,
  permissions: BroadcastPermissions,
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
  const broadcast = toPayload(event, type === "application/json", bytes);
  if (broadcast === null) return json(400, { message: "The body is not JSON" });
  if (!fitsPlan(hub.plan, broadcast.bytes.length)) {
    return json(422, { errors: { payload: ["Payload size exceeds tenant limit"] } });
  }
  try {
    if (isPrivate && !await permissions.isAllowed(topic)) return json(403, { message: "Unauthorized" });
  } catch (error) {
    if (error instanceof PolicyError) return json(422, { message: error.message });
    throw error;
  }
  hub.messages.add();
  hub.rooms.find(topic, isPrivate)?.broadcast(SharedFrame.broadcast(TOPIC_PREFIX + topic, broadcast));
  return new Response(null, { status: 202 });
}

function toPayload(event: string, isJson: boolean, bytes: Uint8Array): BroadcastPayload | null {
  if (!isJson) return { event, encoding: "binary", bytes };
  const read = readJson(bytes);
  if ("error" in read) return null;
  return { event, encoding: "json", bytes: read.value === undefined ? new TextEncoder().encode("{}") : bytes };
}

async function sendBatch(request: Request, hub: Hub, permissions: BroadcastPermissions): Promise<Response> {
  const bytes = await readBody(request, MAX_BODY_BYTES);
  if (bytes instanceof Response) return bytes;
  const read = readJson(bytes);
  if ("error" in read) return json(400, { message: read.error.message });
  const { messages: items } = (read.value ?? {}) as { messages?: unknown };
  const blank = items === undefined || items === null;
  if (!Array.isArray(items)) return json(422, { errors: { messages: [blank ? "can't be blank" : "is invalid"] } });
  if (hub.plan.messages === Infinity && items.length > MAX_BATCH) return json(422, { message: TOO_LARGE_BATCH });
  const errors = items.map((message) => messageProblems(message, hub));
  if (errors.some((one) => Object.keys(one).length > 0)) return json(422, { errors: { messages: errors } });
  const rate = hub.messages.perSecond() + items.length;
  if (rate > hub.plan.messages) {
    return json(429, { message: TOO_LARGE_BATCH });
  }
  const messages = items.map(toMessage);
  for (const message of messages.filter((one) => !one.isPrivate)) deliver(hub, message);
  for (const message of messages.filter((one) => one.isPrivate)) {
    // The runtime reports a disconnect only for small requests; the limits above bound the others.
    if (request.signal.aborted) break;
    // As on hosted, the response does not say which messages were refused.
    if (await permissions.isAllowed(message.topic).catch(() => false)) deliver(hub, message);
  }
  return new Response(null, { status: 202 });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Validation errors of a message, by field. */
export function messageProblems(message: unknown, { plan }: Pick<Hub, "plan">): Record<string, string[]> {
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
  else if (!fitsPlan(plan, jsonSize(payload))) problems.payload = ["Payload size exceeds tenant limit"];
  if (isPrivate !== null && typeof isPrivate !== "boolean") problems.private = ["is invalid"];
  return problems;
}

function toMessage(message: Record<string, unknown>): Message {
  const { topic, event, payload, private: isPrivate, id } = message;
  return {
    topic: topic as string,
    event: event as string,
    payload: payload as Record<string, unknown>,
    isPrivate: isPrivate === true,
    id: typeof id === "string" ? id : null,
  };
}

function deliver(hub: Hub, { topic, event, payload, isPrivate, id }: Message): void {
  hub.messages.add();
  const content = { type: "broadcast", event, payload, ...(id === null ? {} : { meta: { id } }) };
  const frame = SharedFrame.text(TOPIC_PREFIX + topic, "broadcast", content);
  hub.rooms.find(topic, isPrivate)?.broadcast(frame, null, id ?? undefined);
}
