/** One thing after the other: what arrives while something is worked on waits for its turn. */

/** What may wait. */
export const MOST_WAITING = 1000;

export class Turns<Item> {
  /** Null when nothing is worked on. */
  #waiting: Item[] | null = null;

  /**
   * `handle` returns a promise when the next one has to wait; `overflow` is called for what has no room, and `failed`
   * with what `handle` threw.
   */
  constructor(
    private readonly handle: (item: Item) => Promise<void> | void,
    private readonly overflow: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  take(item: Item): void {
    if (this.#waiting === null) {
      const work = this.handle(item);
      if (work) this.waitFor(work);
    } else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(item);
    else this.overflow();
  }

  /** Let everything else wait for something. */
  waitFor(work: Promise<void>): void {
    const waiting = this.#waiting ??= [];
    work.catch(this.failed).then(() => {
      this.#waiting = null;
      while (waiting.length > 0) {
        const next = this.#attempt(waiting.shift()!);
        if (!next) continue;
        this.#waiting = waiting;
        return this.waitFor(next);
      }
    });
  }

  #attempt(item: Item): Promise<void> | void {
    try {
      return this.handle(item);
    } catch (error) {
      this.failed(error);
    }
  }
}
