/** The limits of hosted plans, and their counters. A rate is the average of the last sixty seconds. */

import type { PlanName } from "../settings.ts";

export interface Plan {
  /** Sockets with a channel. */
  connections: number;
  /** Messages per second, sent and received by clients. */
  messages: number;
  joinsPerSecond: number;
  presencePerSecond: number;
  /** Presence calls of one channel per `PRESENCE_WINDOW_MS`. */
  presenceCalls: number;
  /** In KB, for a broadcast and for a tracked payload. */
  payload: number;
  /** Milliseconds before the reply to a refused join, and to a refused connection. */
  joinErrorDelay: number;
  connectErrorDelay: number;
}

export const CHANNELS_PER_SOCKET = 100;
export const PRESENCE_WINDOW_MS = 30_000;

const HOSTED = { presenceCalls: 5, payload: 3000, joinErrorDelay: 5000, connectErrorDelay: 2000 };

export const PLANS: Record<PlanName, Plan> = {
  none: {
    connections: Infinity,
    messages: Infinity,
    joinsPerSecond: Infinity,
    presencePerSecond: Infinity,
    presenceCalls: Infinity,
    payload: 3000,
    joinErrorDelay: 0,
    connectErrorDelay: 0,
  },
  free: {
    ...HOSTED,
    connections: 200,
    messages: 100,
    joinsPerSecond: 100,
    presencePerSecond: 20,
    payload: 256,
  },
  pro: { ...HOSTED, connections: 500, messages: 500, joinsPerSecond: 500, presencePerSecond: 50 },
  team: { ...HOSTED, connections: 10_000, messages: 2500, joinsPerSecond: 2500, presencePerSecond: 1000 },
};

/** Whether the plan allows a payload of so many bytes of JSON. */
export function fitsPlan(plan: Plan, bytes: number): boolean {
  return bytes <= plan.payload * 1000 + 500;
}

/** The size of a value as JSON, in bytes. */
export function jsonSize(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

const BUCKET_MS = 5000;
const BUCKETS = 12;

/** Events per second, averaged over the last sixty seconds. */
export class Rate {
  readonly #buckets = new Array<number>(BUCKETS).fill(0);
  #total = 0;
  #period: number;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.#period = this.#current();
  }

  add(times = 1): void {
    this.#advance();
    this.#buckets[this.#period % BUCKETS]! += times;
    this.#total += times;
  }

  perSecond(): number {
    this.#advance();
    return this.#total * 1000 / (BUCKETS * BUCKET_MS);
  }

  #current(): number {
    return Math.floor(this.now() / BUCKET_MS);
  }

  #advance(): void {
    const current = this.#current();
    for (let over = Math.min(current - this.#period, BUCKETS), i = 1; i <= over; i++) {
      const index = (current - over + i) % BUCKETS;
      this.#total -= this.#buckets[index]!;
      this.#buckets[index] = 0;
    }
    this.#period = current;
  }
}

/** Allows a number of calls per window. A window begins with its first call. */
export class CallWindow {
  #calls = 0;
  #endsAt = -Infinity;

  constructor(private readonly limit: number, private readonly now: () => number = () => performance.now()) {}

  /** Count a call; false when the limit is reached. */
  tryCall(): boolean {
    const now = this.now();
    if (now > this.#endsAt) {
      this.#calls = 0;
      this.#endsAt = now + PRESENCE_WINDOW_MS;
    }
    return this.#calls < this.limit && ++this.#calls > 0;
  }
}
