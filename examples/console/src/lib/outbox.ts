import { HelpdeskError, toHelpdeskError } from "./errors.ts";

/** What is being sent. Its id is the id of the message or note: sending it again sends the same one. */
export type Outgoing = { id: string; ticketId: string; body: string };
/**
 * holding: it can be undone until `sendsAt` · sending · waiting: no connection, it is tried again by itself ·
 * failed: the person decides.
 */
export type OutboxEntry<Item extends Outgoing> = {
  item: Item;
  state: "holding" | "sending" | "waiting" | "failed";
  sendsAt: number;
  attempts: number;
  problem: HelpdeskError | null;
};
type Settled<Item> = {
  onSent?(item: Item): void | Promise<void>;
  onRefused?(item: Item, problem: HelpdeskError): void;
};

const PAUSES = [1_000, 2_000, 5_000, 10_000, 15_000];

/** Sends messages of one kind, one try at a time, and outlives the page of the ticket. */
export class Outbox<Item extends Outgoing> {
  #entries: readonly OutboxEntry<Item>[] = [];
  #listeners = new Set<() => void>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #settled = new Map<string, Settled<Item>>();

  constructor(readonly send: (item: Item) => Promise<unknown>) {}

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** All entries; the same array until something changes. */
  entries = (): readonly OutboxEntry<Item>[] => this.#entries;

  /** Send an item after a wait in which it can be undone. */
  add(item: Item, holdSeconds: number, settled: Settled<Item> = {}): void {
    this.#settled.set(item.id, settled);
    const sendsAt = Date.now() + holdSeconds * 1000;
    this.#put({ item, state: holdSeconds > 0 ? "holding" : "sending", sendsAt, attempts: 0, problem: null });
    if (holdSeconds > 0) this.#later(item.id, holdSeconds * 1000);
    else void this.#attempt(item.id);
  }

  /** Take an item back that is not on its way. Returns it; null when it is too late. */
  take(id: string): Item | null {
    const entry = this.#find(id);
    if (!entry || entry.state === "sending") return null;
    this.#remove(id);
    return entry.item;
  }

  /** Send now, without the rest of the wait. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry && entry.state !== "sending") void this.#attempt(id);
  }

  /** Send nothing more: it would go out in another person's name. What was not sent is in the drafts. */
  forget = (): void => {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#settled.clear();
    this.#change([]);
  };

  /** The connection is back: send what waits for it. */
  retryWaiting = (): void => {
    for (const { item, state } of this.#entries) if (state === "waiting") void this.#attempt(item.id);
  };

  async #attempt(id: string): Promise<void> {
    const before = this.#find(id);
    if (!before) return;
    clearTimeout(this.#timers.get(id));
    this.#put({ ...before, state: "sending", attempts: before.attempts + 1, problem: null });
    try {
      await this.send(before.item);
    } catch (thrown) {
      if (this.#find(id)) this.#refuse(id, toHelpdeskError(thrown));
      return;
    }
    await this.#settled.get(id)?.onSent?.(before.item);
    this.#remove(id);
  }

  #refuse(id: string, problem: HelpdeskError): void {
    const entry = this.#find(id)!;
    if (problem.isTransient) {
      this.#put({ ...entry, state: "waiting", problem });
      this.#later(id, PAUSES[Math.min(entry.attempts, PAUSES.length) - 1]!);
      return;
    }
    this.#put({ ...entry, state: "failed", problem });
    this.#settled.get(id)?.onRefused?.(entry.item, problem);
  }

  #find(id: string): OutboxEntry<Item> | undefined {
    return this.#entries.find(({ item }) => item.id === id);
  }

  #later(id: string, pause: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => void this.#attempt(id), pause));
  }

  #put(entry: OutboxEntry<Item>): void {
    const others = this.#entries.filter(({ item }) => item.id !== entry.item.id);
    this.#change([...others, entry]);
  }

  #remove(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#settled.delete(id);
    this.#change(this.#entries.filter(({ item }) => item.id !== id));
  }

  #change(entries: readonly OutboxEntry<Item>[]): void {
    this.#entries = entries;
    for (const listener of this.#listeners) listener();
  }
}
