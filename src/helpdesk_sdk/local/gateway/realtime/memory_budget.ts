/** What lies in memory for the sockets of one project: when it is too much, the one that holds most has to go. */

const MOST_BYTES = 256 * 1024 * 1024;
/** What a waiting frame takes beside its bytes. */
const PLACE_BYTES = 64;

/** A socket, as far as the memory it takes is concerned. */
export interface Holder {
  /** Close and let go of everything. */
  giveUp(): void;
}

/** In how many outboxes a frame waits: its bytes are there once. */
export interface Load {
  waiting: number;
}

export class Backlog {
  #total = 0;
  readonly #accounts = new Map<Holder, { own: number; shared: number }>();

  constructor(private readonly most = MOST_BYTES) {}

  /** Count bytes that a socket holds from now on; whoever holds most is given up if that is too much. */
  add(holder: Holder, bytes: number): void {
    this.#account(holder).own += bytes;
    this.#total += bytes;
    while (this.#total > this.most && this.#accounts.size > 0) {
      const fullest = this.#fullest();
      this.forget(fullest);
      fullest.giveUp();
    }
  }

  /** Count bytes that a socket does not hold any more; of one that is forgotten nothing is left to count. */
  release(holder: Holder, bytes: number): void {
    const account = this.#accounts.get(holder);
    if (!account) return;
    account.own -= bytes;
    this.#total -= bytes;
  }

  /** Count a frame that waits for a socket, and perhaps for others. */
  keep(holder: Holder, bytes: number, load: Load): void {
    if (load.waiting++ === 0) this.#total += bytes;
    this.#account(holder).shared += bytes;
    this.add(holder, PLACE_BYTES);
  }

  /** Count a frame that waits for a socket no more. */
  letGo(holder: Holder, bytes: number, load: Load): void {
    if (--load.waiting === 0) this.#total -= bytes;
    const account = this.#accounts.get(holder);
    if (account) account.shared -= bytes;
    this.release(holder, PLACE_BYTES);
  }

  forget(holder: Holder): void {
    this.#total -= this.#accounts.get(holder)?.own ?? 0;
    this.#accounts.delete(holder);
  }

  #account(holder: Holder): { own: number; shared: number } {
    let account = this.#accounts.get(holder);
    if (!account) this.#accounts.set(holder, account = { own: 0, shared: 0 });
    return account;
  }

  #fullest(): Holder {
    let [fullest, most]: [Holder | null, number] = [null, -1];
    for (const [holder, { own, shared }] of this.#accounts) {
      if (own + shared > most) [fullest, most] = [holder, own + shared];
    }
    return fullest!;
  }
}
