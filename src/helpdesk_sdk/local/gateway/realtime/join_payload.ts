/** What a client asks for when it joins a channel: the payload of `phx_join`, read leniently as Realtime does. */

export interface JoinRequest {
  isPrivate: boolean;
  /** Answer each broadcast of this channel. */
  ack: boolean;
  /** Send a channel's own broadcasts back to it. */
  self: boolean;
  /** Undefined when no replay is asked for. */
  replay: unknown;
  replicationReady: boolean;
  presence: { key: string; enabled: boolean };
  /** What changes of tables are subscribed to, as the client wrote it. */
  bindings: Record<string, unknown>[];
  /** Null when the key of the connection speaks for the channel. */
  token: string | null;
}

type Json = Record<string, unknown>;

const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {};

const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === "string" && value.toLowerCase() === "true");

export function readJoin(payload: unknown): JoinRequest {
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

/** The token to judge: opaque keys say nothing, then the key of the connection counts. */
function tokenOf(user: unknown, access: unknown): string | null {
  const token = typeof user === "string" ? user : typeof access === "string" ? access : null;
  return token?.startsWith("sb_") ? null : token;
}

export interface Replay {
  /** Unix time in milliseconds. */
  since: number;
  limit: number;
}

const MOST_REPLAYED = 25;

/** The replay that is asked for, or null when it makes no sense. */
export function readReplay(asked: unknown): Replay | null {
  const { since, limit = MOST_REPLAYED } = objectOf(asked);
  if (!Number.isInteger(since) || !Number.isInteger(limit)) return null;
  return { since: since as number, limit: Math.min(Math.max(limit as number, 1), MOST_REPLAYED) };
}

/** The bindings with the ids under which changes would arrive: the same for the same object, one for each. */
export function withIds(bindings: Json[]): Json[] {
  const taken = new Map<number, string>();
  return bindings.map((binding) => {
    const text = canonical(binding);
    let id = hash(text);
    while ((taken.get(id) ?? text) !== text) id = id % MOST_ID + 1;
    taken.set(id, text);
    return { ...binding, id };
  });
}

const MOST_ID = 2 ** 27 - 1;

function canonical(binding: Json): string {
  return JSON.stringify(Object.entries(binding).sort(([a], [b]) => a < b ? -1 : 1));
}

/** FNV-1a, from 1 on: clients take an id of 0 for none. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return state % MOST_ID + 1;
}

const EVENTS = new Set(["INSERT", "UPDATE", "DELETE"]);

/** Why a table's changes do not arrive: none is published. */
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
