/** Who is present in a room: what each channel tracks under its key, and the differences to tell the others. */

export type Tracked = Record<string, unknown>;

export interface Meta extends Tracked {
  phx_ref: string;
}

export type Members = Record<string, { metas: Meta[] }>;

export interface Diff {
  joins: Members;
  leaves: Members;
}

const START = crypto.getRandomValues(new Uint32Array(1))[0]!;
let issued = 0;

/** A reference that no other meta has, in the look of Phoenix'. */
function nextRef(): string {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, START);
  view.setFloat64(4, ++issued);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** A record without a prototype: a key may have any name. */
function only(key: string, meta: Meta): Members {
  return Object.assign(Object.create(null), { [key]: { metas: [meta] } });
}

const nobody = (): Members => Object.create(null);

/** The presences of one room; an owner is a channel that tracks. */
export class Presences<Owner> {
  readonly #byKey = new Map<string, Map<Owner, Meta>>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Track, or replace what is tracked; returns what to tell, or null when nothing changed. */
  track(key: string, owner: Owner, payload: Tracked): Diff | null {
    const owners = this.#byKey.get(key) ?? new Map<Owner, Meta>();
    const old = owners.get(owner);
    if (old && sameFields(old, payload)) return null;
    const { phx_ref: _, phx_ref_prev: __, ...fields } = payload;
    const previous = old ? { phx_ref_prev: old.phx_ref } : {};
    const meta: Meta = { phx_ref: nextRef(), ...previous, ...fields };
    owners.set(owner, meta);
    this.#byKey.set(key, owners);
    return { joins: only(key, meta), leaves: old ? only(key, old) : nobody() };
  }

  /** Stop tracking; returns what to tell, or null when nothing was tracked. */
  untrack(key: string, owner: Owner): Diff | null {
    const owners = this.#byKey.get(key);
    const old = owners?.get(owner);
    if (!owners || !old) return null;
    owners.delete(owner);
    if (owners.size === 0) this.#byKey.delete(key);
    return { joins: nobody(), leaves: only(key, old) };
  }

  /** Everybody who is here. */
  state(): Members {
    const members = nobody();
    for (const [key, owners] of this.#byKey) members[key] = { metas: [...owners.values()] };
    return members;
  }
}

function sameFields(meta: Meta, payload: Tracked): boolean {
  const bare = ({ phx_ref: _, phx_ref_prev: __, ...fields }: Tracked) => canonical(fields);
  return bare(meta) === bare(payload);
}

/** JSON with the keys of objects in order. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}
