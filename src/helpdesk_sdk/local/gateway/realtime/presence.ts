/** The presences of a room: the payload that each channel tracks under its key, and the changes to broadcast. */

export type PresencePayload = Record<string, unknown>;

export interface PresenceMeta extends PresencePayload {
  phx_ref: string;
}

export type PresenceState = Record<string, { metas: PresenceMeta[] }>;

export interface PresenceDiff {
  joins: PresenceState;
  leaves: PresenceState;
}

const START = crypto.getRandomValues(new Uint32Array(1))[0]!;
let issued = 0;

/** A unique reference in Phoenix' format. */
function nextRef(): string {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, START);
  view.setFloat64(4, ++issued);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** A record without a prototype, so that any key is safe. */
function stateOf(key: string, meta: PresenceMeta): PresenceState {
  return Object.assign(Object.create(null), { [key]: { metas: [meta] } });
}

const emptyState = (): PresenceState => Object.create(null);

/** The presences of one room. An owner is a channel that tracks. */
export class PresenceMap<Owner> {
  readonly #byKey = new Map<string, Map<Owner, PresenceMeta>>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Track or replace a payload; returns the change, or null when nothing changed. */
  track(key: string, owner: Owner, payload: PresencePayload): PresenceDiff | null {
    const owners = this.#byKey.get(key) ?? new Map<Owner, PresenceMeta>();
    const old = owners.get(owner);
    if (old && sameFields(old, payload)) return null;
    const { phx_ref: _, phx_ref_prev: __, ...fields } = payload;
    const previous = old ? { phx_ref_prev: old.phx_ref } : {};
    const meta: PresenceMeta = { phx_ref: nextRef(), ...previous, ...fields };
    owners.set(owner, meta);
    this.#byKey.set(key, owners);
    return { joins: stateOf(key, meta), leaves: old ? stateOf(key, old) : emptyState() };
  }

  /** Stop tracking; returns the change, or null when nothing was tracked. */
  untrack(key: string, owner: Owner): PresenceDiff | null {
    const owners = this.#byKey.get(key);
    const old = owners?.get(owner);
    if (!owners || !old) return null;
    owners.delete(owner);
    if (owners.size === 0) this.#byKey.delete(key);
    return { joins: emptyState(), leaves: stateOf(key, old) };
  }

  /** The current state, by key. */
  state(): PresenceState {
    const members = emptyState();
    for (const [key, owners] of this.#byKey) members[key] = { metas: [...owners.values()] };
    return members;
  }
}

function sameFields(meta: PresenceMeta, payload: PresencePayload): boolean {
  const bare = ({ phx_ref: _, phx_ref_prev: __, ...fields }: PresencePayload) => canonical(fields);
  return bare(meta) === bare(payload);
}

/** JSON with sorted object keys. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}
