/** The payload of `phx_join`, parsed as leniently as Realtime does. */

export interface JoinRequest {
  isPrivate: boolean;
  /** Reply to each broadcast of this channel. */
  ack: boolean;
  /** Send a channel's own broadcasts back to it. */
  self: boolean;
  /** Undefined when the client requests no replay. */
  replay: unknown;
  replicationReady: boolean;
  presence: { key: string; enabled: boolean };
  /** Subscriptions to table changes, as the client sent them. */
  bindings: Record<string, unknown>[];
  /** Null when the channel uses the connection's key. */
  token: string | null;
}

type Json = Record<string, unknown>;

const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {};

const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === "string" && value.toLowerCase() === "true");

export function parseJoin(payload: unknown): JoinRequest {
  const { config, access_token, user_token } = objectOf(payload);
  const { broadcast, presence, private: isPrivate, postgres_changes } = objectOf(config);
  const { ack, self, replay, replication_ready } = objectOf(broadcast);
  const { key, enabled } = objectOf(presence);
  const bindings = Array.isArray(postgres_changes) ? postgres_changes : [];
  return {
    isPrivate: isTrue(isPrivate),
    ack: isTrue(ack),
    self: isTrue(self),
    replay: replay ?? undefined,
    replicationReady: isTrue(replication_ready),
    presence: { key: typeof key === "string" && key ? key : crypto.randomUUID(), enabled: isTrue(enabled) },
    bindings: bindings.filter((one) => objectOf(one) === one),
    token: tokenOf(user_token, access_token),
  };
}

/** The token to verify. An opaque key counts as no token: the channel uses the connection's key. */
function tokenOf(user: unknown, access: unknown): string | null {
  const token = typeof user === "string" ? user : typeof access === "string" ? access : null;
  return token?.startsWith("sb_") ? null : token;
}

export interface Replay {
  /** Unix time in milliseconds. */
  since: number;
  limit: number;
}

const MAX_REPLAYED = 25;

/** The requested replay, or null when it is invalid. */
export function parseReplay(requested: unknown): Replay | null {
  const { since, limit = MAX_REPLAYED } = objectOf(requested);
  if (!Number.isInteger(since) || !Number.isInteger(limit)) return null;
  return { since: since as number, limit: Math.min(Math.max(limit as number, 1), MAX_REPLAYED) };
}

/** The bindings with ids: equal bindings have the same id, different bindings different ids. */
export function withIds(bindings: Json[]): Json[] {
  const taken = new Map<number, string>();
  return bindings.map((binding) => {
    const text = canonical(binding);
    let id = hash(text);
    while ((taken.get(id) ?? text) !== text) id = id % MAX_ID + 1;
    taken.set(id, text);
    return { ...binding, id };
  });
}

const MAX_ID = 2 ** 27 - 1;

function canonical(binding: Json): string {
  return JSON.stringify(Object.entries(binding).sort(([a], [b]) => a < b ? -1 : 1));
}

/** FNV-1a, starting at 1: clients treat the id 0 as no id. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return state % MAX_ID + 1;
}

const EVENTS = new Set(["INSERT", "UPDATE", "DELETE"]);

/** The error for subscriptions to table changes: the stack publishes none. */
export function bindingProblem(binding: Json): string {
  const { event, schema, table, filter, select } = binding;
  if (typeof schema !== "string" && typeof table !== "string") {
    return "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to: " +
      JSON.stringify(binding);
  }
  const name = String(event ?? "*").toUpperCase();
  const shown = [
    `event: ${EVENTS.has(name) ? name : "*"}`,
    `schema: ${schema ?? "public"}`,
    `table: ${table ?? "*"}`,
    `filters: [${typeof filter === "string" ? filtersOf(filter) : ""}]`,
    `select: ${Array.isArray(select) ? JSON.stringify(select) : "nil"}`,
  ];
  return "Unable to subscribe to changes with given parameters. " +
    `Please check Realtime is enabled for the given connect parameters: [${shown.join(", ")}]`;
}

function filtersOf(filter: string): string {
  const [, column, operator, value] = filter.match(/^(\w+)=([a-z.]+)\.(.*)$/s) ?? [];
  return column ? `{"${column}", "${operator}", ${JSON.stringify(value)}}` : "";
}
