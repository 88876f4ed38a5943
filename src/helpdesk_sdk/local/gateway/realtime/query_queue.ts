/** A fair queue for database queries of sockets: few run at once, owners take turns, aborted queries are dropped. */

/** The caller of a query, and the signal that cancels it. */
export interface QueryCaller {
  /** A socket or a request. Queries of one owner share that owner's limit. */
  readonly owner: object;
  readonly signal: AbortSignal;
}

/** Queries at once. The remaining connections of the pool are for requests. */
export const MAX_RUNNING = 4;
export const MAX_RUNNING_PER_OWNER = 2;

export class QueryQueue {
  #running = 0;
  readonly #runningOf = new Map<object, number>();
  /** Waiting queries by owner. The first owner is next. */
  readonly #waiting = new Map<object, Set<() => void>>();

  /**
   * Run a query when it is its owner's turn.
   *
   * @throws the signal's reason when it aborts before the query begins
   */
  async run<T>({ owner, signal }: QueryCaller, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#hasRoom(owner)) this.#begin(owner);
    else await this.#waitForTurn(owner, signal);
    try {
      return await work();
    } finally {
      this.#end(owner);
    }
  }

  #hasRoom(owner: object): boolean {
    return this.#running < MAX_RUNNING && (this.#runningOf.get(owner) ?? 0) < MAX_RUNNING_PER_OWNER;
  }

  #waitForTurn(owner: object, signal: AbortSignal): Promise<void> {
    const queue = this.#waiting.get(owner) ?? new Set();
    this.#waiting.set(owner, queue);
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener("abort", cancel);
        resolve();
      };
      const cancel = () => {
        queue.delete(begin);
        if (queue.size === 0) this.#waiting.delete(owner);
        reject(signal.reason);
      };
      queue.add(begin);
      signal.addEventListener("abort", cancel, { once: true });
    });
  }

  #begin(owner: object): void {
    this.#running++;
    this.#runningOf.set(owner, (this.#runningOf.get(owner) ?? 0) + 1);
  }

  #end(owner: object): void {
    this.#running--;
    const left = this.#runningOf.get(owner)! - 1;
    if (left > 0) this.#runningOf.set(owner, left);
    else this.#runningOf.delete(owner);
    for (const [next, queue] of this.#waiting) {
      if (!this.#hasRoom(next)) continue;
      this.#admit(next, queue);
      break;
    }
  }

  /** Start the first query of an owner, and move the owner to the end. */
  #admit(owner: object, queue: Set<() => void>): void {
    const [begin] = queue;
    queue.delete(begin!);
    this.#waiting.delete(owner);
    if (queue.size > 0) this.#waiting.set(owner, queue);
    this.#begin(owner);
    begin!();
  }
}
