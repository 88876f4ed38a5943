import type { QueryKey } from "@tanstack/react-query";

/** Each kind of list is read again at most this often. */
const LIST_PAUSE = 250;
/**
 * Numbers beside the lists are a request each, and everybody who looks at a queue has half a dozen of them. They are for
 * orientation: after a quiet time they follow within a second, at a random moment, so that not all ask at once.
 */
const COUNT_PAUSE = 2_000, COUNT_SPREAD = 1_000;

/** Reads again what events have changed of lists: each kind by itself, and not with each event. */
export class PacedRefresh {
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #readAt = new Map<string, number>();

  constructor(private readonly read: (key: QueryKey) => void) {}

  ask(key: QueryKey): void {
    const kind = String(key[0]), isCount = kind === "counts";
    if (this.#timers.has(kind)) return;
    const next = (this.#readAt.get(kind) ?? 0) + (isCount ? COUNT_PAUSE : LIST_PAUSE);
    const wait = Math.max(isCount ? Math.random() * COUNT_SPREAD : 0, next - Date.now());
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
