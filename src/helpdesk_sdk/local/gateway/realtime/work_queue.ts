/** A bounded FIFO queue that handles one item at a time. */

/** The number of items that may wait. */
export const MAX_WAITING = 1000;

/** Limits the bytes of waiting items. */
export interface ByteBudget {
  /** Reserve bytes; false when the budget is used up. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
}

export interface WorkHandler<Item> {
  /** Returns a promise when the next item must wait for it. */
  handle(item: Item): Promise<void> | void;
  /** An item was refused: the queue or the budget is full. */
  overflow(): void;
  /** `handle` threw an error. */
  failed(error: unknown): void;
}

export class WorkQueue<Item> {
  /** Null when no item is being handled. */
  #waiting: { item: Item; bytes: number }[] | null = null;
  #closed = false;

  constructor(private readonly handler: WorkHandler<Item>, private readonly budget: ByteBudget) {}

  /** Handle an item of so many bytes, or enqueue it. */
  push(item: Item, bytes: number): void {
    if (this.#closed) return;
    if (this.#waiting === null) {
      const work = this.handler.handle(item);
      if (work) this.#blockUntilDone(work, bytes);
    } else if (this.#waiting.length < MAX_WAITING && this.budget.reserve(bytes)) this.#waiting.push({ item, bytes });
    else this.handler.overflow();
  }

  /** Drop the waiting items and accept no more. */
  close(): void {
    this.#closed = true;
    for (const { bytes } of this.#waiting?.splice(0) ?? []) this.budget.release(bytes);
  }

  /** Hold back the other items until an item is done; its bytes stay reserved until then. */
  #blockUntilDone(work: Promise<void>, bytes: number): void {
    const waiting = this.#waiting ??= [];
    const held = this.budget.reserve(bytes);
    work.catch((error) => this.handler.failed(error)).then(() => {
      if (held) this.budget.release(bytes);
      this.#waiting = null;
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        this.budget.release(next.bytes);
        const more = this.#attempt(next.item);
        if (!more) continue;
        this.#waiting = waiting;
        return this.#blockUntilDone(more, next.bytes);
      }
    });
    if (!held) this.handler.overflow();
  }

  #attempt(item: Item): Promise<void> | void {
    try {
      return this.handler.handle(item);
    } catch (error) {
      this.handler.failed(error);
    }
  }
}
