/** A clock that ticks each minute, as long as somebody listens. */
export class Clock {
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #now = Date.now();

  /** The time at the last tick; at most a minute old. */
  now = (): number => {
    if (this.#listeners.size === 0 && Date.now() - this.#now >= 60_000) this.#now = Date.now();
    return this.#now;
  };

  subscribe = (listener: () => void): () => void => {
    if (this.#listeners.size === 0) this.#timer = setInterval(() => this.#tick(), 60_000);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  };

  #tick(): void {
    this.#now = Date.now();
    for (const listener of this.#listeners) listener();
  }
}

/** The one clock of all times on the page. */
export const minutes = new Clock();
