/**
 * Queue of the frames that a socket has not sent yet. The runtime copies each frame and keeps it until the client reads
 * it or disconnects, so it receives little at a time. The rest waits here, where sockets share frames.
 */

import type { BudgetHolder, MemoryBudget, PendingCount } from "./memory_budget.ts";

type Frame = string | Uint8Array;

/** An open WebSocket. */
export interface OutboxSocket {
  readonly bufferedAmount: number;
  send(frame: Frame): void;
}

const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const CHECK_EVERY_BYTES = 128 * 1024;
/** The limit for unsent bytes in the runtime. */
const MAX_BUFFERED_BYTES = 256 * 1024;

export class Outbox {
  #bytesSinceCheck = 0;
  #isBehind = false;
  #frames: { frame: Frame; pending: PendingCount }[] = [];
  /** Index of the next frame to send. */
  #next = 0;
  #bytes = 0;

  constructor(
    private readonly socket: OutboxSocket,
    private readonly flusher: OutboxFlusher,
    private readonly memory: MemoryBudget,
    private readonly holder: BudgetHolder,
  ) {}

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Send a frame now or enqueue it; `pending` is the counter of a shared frame. */
  send(frame: Frame, pending?: PendingCount): void {
    if (this.#isBehind) return this.#enqueue(frame, pending ?? { waiting: 0 });
    this.socket.send(frame);
    this.#bytesSinceCheck += frame.length;
    if (this.#bytesSinceCheck < CHECK_EVERY_BYTES) return;
    this.#bytesSinceCheck = 0;
    if (this.socket.bufferedAmount <= MAX_BUFFERED_BYTES) return;
    this.#isBehind = true;
    this.flusher.add(this);
  }

  /** Send as much as the runtime's limit allows; returns whether anything was sent. */
  flush(): boolean {
    const before = this.#next;
    while (this.socket.bufferedAmount <= MAX_BUFFERED_BYTES) {
      const next = this.#frames[this.#next];
      if (next === undefined) {
        this.#clear();
        return true;
      }
      this.#next++;
      this.#bytes -= next.frame.length;
      this.memory.releaseFrame(this.holder, next.frame.length, next.pending);
      this.socket.send(next.frame);
    }
    const moved = this.#next > before;
    if (this.#next > this.#frames.length / 2) {
      this.#frames = this.#frames.slice(this.#next);
      this.#next = 0;
    }
    return moved;
  }

  /** Drop all frames of a closed socket. */
  drop(): void {
    const left = this.#frames.slice(this.#next);
    this.#clear();
    for (const { frame, pending } of left) this.memory.releaseFrame(this.holder, frame.length, pending);
  }

  #enqueue(frame: Frame, pending: PendingCount): void {
    this.#frames.push({ frame, pending });
    this.#bytes += frame.length;
    this.memory.addFrame(this.holder, frame.length, pending);
    if (this.#bytes > MAX_WAITING_BYTES) this.holder.evict();
  }

  #clear(): void {
    this.#frames = [];
    this.#next = this.#bytes = 0;
    this.#isBehind = false;
  }
}

const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 32;

/** Flushes the outboxes that are behind, by polling: the runtime has no event for sent data. */
export class OutboxFlusher {
  readonly #waitingOutboxes = new Set<Outbox>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  add(outbox: Outbox): void {
    this.#waitingOutboxes.add(outbox);
    if (this.#timer === null) this.#runAfter(SHORTEST_PAUSE_MS);
  }

  #runAfter(pause: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const moved = [...this.#waitingOutboxes].map((outbox) => this.#flush(outbox)).includes(true);
      if (this.#waitingOutboxes.size > 0) {
        this.#runAfter(moved ? SHORTEST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS));
      }
    }, pause);
    Deno.unrefTimer(this.#timer);
  }

  #flush(outbox: Outbox): boolean {
    const moved = outbox.isBehind && outbox.flush();
    if (!outbox.isBehind) this.#waitingOutboxes.delete(outbox);
    return moved;
  }
}
