/** The memory budget of all sockets of one project. Over the limit, the socket with the largest share is closed. */

const MAX_BYTES = 256 * 1024 * 1024;
/** The overhead of a waiting frame. */
const FRAME_OVERHEAD_BYTES = 64;

/** What the budget needs of a socket. */
export interface BudgetHolder {
  /** Close the socket and free its memory. */
  evict(): void;
}

/** The number of outboxes in which a frame waits. Its bytes are in memory once. */
export interface PendingCount {
  waiting: number;
}

export class MemoryBudget {
  #total = 0;
  readonly #accounts = new Map<BudgetHolder, { own: number; shared: number }>();

  constructor(private readonly limit = MAX_BYTES) {}

  /** Add bytes to a socket's share. Over the limit, evict the socket with the largest share. */
  add(holder: BudgetHolder, bytes: number): void {
    this.#account(holder).own += bytes;
    this.#total += bytes;
    while (this.#total > this.limit && this.#accounts.size > 0) {
      const largest = this.#largest();
      this.forget(largest);
      largest.evict();
    }
  }

  /** Subtract bytes from a socket's share; no-op for a forgotten socket. */
  release(holder: BudgetHolder, bytes: number): void {
    const account = this.#accounts.get(holder);
    if (!account) return;
    account.own -= bytes;
    this.#total -= bytes;
  }

  /** Add a frame that waits for a socket; other sockets may share it. */
  addFrame(holder: BudgetHolder, bytes: number, pending: PendingCount): void {
    if (pending.waiting++ === 0) this.#total += bytes;
    this.#account(holder).shared += bytes;
    this.add(holder, FRAME_OVERHEAD_BYTES);
  }

  /** Remove a frame that no longer waits for a socket. */
  releaseFrame(holder: BudgetHolder, bytes: number, pending: PendingCount): void {
    if (--pending.waiting === 0) this.#total -= bytes;
    const account = this.#accounts.get(holder);
    if (account) account.shared -= bytes;
    this.release(holder, FRAME_OVERHEAD_BYTES);
  }

  forget(holder: BudgetHolder): void {
    this.#total -= this.#accounts.get(holder)?.own ?? 0;
    this.#accounts.delete(holder);
  }

  #account(holder: BudgetHolder): { own: number; shared: number } {
    let account = this.#accounts.get(holder);
    if (!account) this.#accounts.set(holder, account = { own: 0, shared: 0 });
    return account;
  }

  #largest(): BudgetHolder {
    let [largest, most]: [BudgetHolder | null, number] = [null, -1];
    for (const [holder, { own, shared }] of this.#accounts) {
      if (own + shared > most) [largest, most] = [holder, own + shared];
    }
    return largest!;
  }
}
