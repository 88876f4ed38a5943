import type { QueryKey } from "@tanstack/react-query";

/** A kind is read again at most once in `pause`, and after a quiet time at a random moment within `spread`. */
type Pace = { pause: number; spread: number };
const LIST: Pace = { pause: 250, spread: 0 };
const OTHERS: Record<string, Pace> = {
  // Numbers beside the lists are a request each, and everybody who looks at a queue has half a dozen of them. They are
  // for orientation: not all ask at once.
  counts: { pause: 2_000, spread: 1_000 },
  // Marks in the navigation, which all staff have on every page.
  trouble: { pause: 30_000, spread: 3_000 },
};

/** Reads again what events have changed of lists: each kind by itself, and not with each event. */
export class PacedRefresh {
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #readAt = new Map<string, number>();

  constructor(private readonly read: (key: QueryKey) => void) {}

  ask(key: QueryKey): void {
    const kind = String(key[0]), { pause, spread } = OTHERS[kind] ?? LIST;
    if (this.#timers.has(kind)) return;
    const wait = Math.max(Math.random() * spread, (this.#readAt.get(kind) ?? 0) + pause - Date.now());
    this.#timers.set(kind, setTimeout(() => this.#run(kind, key), wait));
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #run(kind: string, key: QueryKey): void {
    this.#timers.delete(kind);
    this.#readAt.set(kind, Date.now());
    this.read(key);
  }
}
