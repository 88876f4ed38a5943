/** Who asks the database for the sockets: few at once, in fair turns, and nobody who has gone. */

/** Whose question it is, and whether the answer is still wanted. */
export interface Asker {
  /** A socket or a request: those of one owner wait for one another first. */
  readonly owner: object;
  readonly signal: AbortSignal;
}

/** At once; what is left of the pool is for requests. */
export const MOST_AT_ONCE = 4;
export const MOST_PER_OWNER = 2;

export class Queries {
  #running = 0;
  readonly #runningOf = new Map<object, number>();
  /** What waits, by owner; the owner whose turn is next comes first. */
  readonly #lines = new Map<object, Set<() => void>>();

  /**
   * Do some work when it is its owner's turn.
   *
   * @throws the reason of the signal when the work is not wanted any more before it begins
   */
  async run<T>({ owner, signal }: Asker, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#hasRoom(owner)) this.#begin(owner);
    else await this.#turn(owner, signal);
    try {
      return await work();
    } finally {
      this.#end(owner);
    }
  }

  #hasRoom(owner: object): boolean {
    return this.#running < MOST_AT_ONCE && (this.#runningOf.get(owner) ?? 0) < MOST_PER_OWNER;
  }

  #turn(owner: object, signal: AbortSignal): Promise<void> {
    const line = this.#lines.get(owner) ?? new Set();
    this.#lines.set(owner, line);
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        line.delete(begin);
        if (line.size === 0) this.#lines.delete(owner);
        reject(signal.reason);
      };
      line.add(begin);
      signal.addEventListener("abort", giveUp, { once: true });
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
    for (const [next, line] of this.#lines) {
      if (!this.#hasRoom(next)) continue;
      this.#admit(next, line);
      break;
    }
  }

  /** Let the first of a line begin; its owner's turn is over. */
  #admit(owner: object, line: Set<() => void>): void {
    const [begin] = line;
    line.delete(begin!);
    this.#lines.delete(owner);
    if (line.size > 0) this.#lines.set(owner, line);
    this.#begin(owner);
    begin!();
  }
}
