/** One thing after the other: what arrives while something is worked on waits for its turn. */

/** What may wait. */
export const MOST_WAITING = 1000;

/** Where the bytes of what waits are counted. */
export interface Space {
  /** Count so many bytes more; false when there is no room for them. */
  hold(bytes: number): boolean;
  release(bytes: number): void;
}

export interface Worker<Item> {
  /** Returns a promise when the next one has to wait. */
  handle(item: Item): Promise<void> | void;
  /** There is no room for something. */
  overflow(): void;
  /** What `handle` threw. */
  failed(error: unknown): void;
}

export class Turns<Item> {
  /** Null when nothing is worked on. */
  #waiting: { item: Item; bytes: number }[] | null = null;
  #ended = false;

  constructor(private readonly worker: Worker<Item>, private readonly space: Space) {}

  /** Work on something of so many bytes, or let it wait. */
  take(item: Item, bytes: number): void {
    if (this.#ended) return;
    if (this.#waiting === null) {
      const work = this.worker.handle(item);
      if (work) this.#waitFor(work, bytes);
    } else if (this.#waiting.length < MOST_WAITING && this.space.hold(bytes)) this.#waiting.push({ item, bytes });
    else this.worker.overflow();
  }

  /** Forget what waits, and take nothing more. */
  end(): void {
    this.#ended = true;
    for (const { bytes } of this.#waiting?.splice(0) ?? []) this.space.release(bytes);
  }

  /** Let everything else wait for something, which takes room until it is done. */
  #waitFor(work: Promise<void>, bytes: number): void {
    const waiting = this.#waiting ??= [];
    const held = this.space.hold(bytes);
    work.catch((error) => this.worker.failed(error)).then(() => {
      if (held) this.space.release(bytes);
      this.#waiting = null;
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        this.space.release(next.bytes);
        const more = this.#attempt(next.item);
        if (!more) continue;
        this.#waiting = waiting;
        return this.#waitFor(more, next.bytes);
      }
    });
    if (!held) this.worker.overflow();
  }

  #attempt(item: Item): Promise<void> | void {
    try {
      return this.worker.handle(item);
    } catch (error) {
      this.worker.failed(error);
    }
  }
}
