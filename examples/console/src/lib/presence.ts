/** What a person shows to others on a ticket: the shape that docs/http.md names, and what they write. */
export type Shown = {
  user_id: string;
  name: string;
  state: "viewing" | "typing";
  since: string;
  kind?: "reply" | "note";
};
export type TypingKind = "reply" | "note";
export type Other = { user_id: string; name: string; state: "viewing" | "typing"; kind: TypingKind | null };

/** Somebody who types is shown so for this long after their last sign. */
export const SILENCE = 30_000;
/** Between two changes of what is shown. */
const THROTTLE = 2_000;
/** While somebody types, the sign is repeated. */
const REPEAT = 20_000;

/** Decides when to send what a person shows. The platform takes few changes: only changes are sent, and not too fast. */
export class TypingSign {
  #kind: TypingKind | null = null;
  #sent: TypingKind | null = null;
  #sentAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (kind: TypingKind | null) => void) {}

  /** The person types; null: they have stopped. Call it at each key. */
  set(kind: TypingKind | null): void {
    this.#kind = kind;
    clearTimeout(this.#silence);
    if (kind !== null) this.#silence = setTimeout(() => this.set(null), SILENCE);
    const needsRepeat = kind !== null && Date.now() - this.#sentAt >= REPEAT;
    if (kind === this.#sent && !needsRepeat) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#sentAt + THROTTLE - Date.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#sent = this.#kind;
    this.#sentAt = Date.now();
    this.send(this.#kind);
  }
}

/**
 * Everybody else who has the ticket open, each person once. Entries of another shape are left out: everybody who works
 * the ticket chooses their own. `seenAt` has when each sign came, by what it says.
 */
export function othersOf(entries: unknown[], me: string, seenAt: Map<string, number>, now: number): Other[] {
  const others = new Map<string, Other>();
  const current = new Set<string>();
  for (const entry of entries) {
    if (!isShown(entry) || entry.user_id === me) continue;
    const sign = JSON.stringify(entry);
    current.add(sign);
    if (!seenAt.has(sign)) seenAt.set(sign, now);
    const isTyping = entry.state === "typing" && now - seenAt.get(sign)! < SILENCE;
    if (others.get(entry.user_id)?.state === "typing" && !isTyping) continue;
    others.set(entry.user_id, {
      user_id: entry.user_id,
      name: entry.name,
      state: isTyping ? "typing" : "viewing",
      kind: isTyping && (entry.kind === "reply" || entry.kind === "note") ? entry.kind : null,
    });
  }
  for (const sign of seenAt.keys()) if (!current.has(sign)) seenAt.delete(sign);
  return [...others.values()].sort((one, other) => one.name.localeCompare(other.name));
}

function isShown(entry: unknown): entry is Shown {
  const { user_id, name, state } = (entry ?? {}) as Partial<Shown>;
  return typeof user_id === "string" && typeof name === "string" && name.length <= 200 &&
    (state === "viewing" || state === "typing");
}
