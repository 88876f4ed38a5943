/**
 * The frames that a socket has yet to send. The runtime copies what it is given and keeps it for as long as the other
 * side keeps the connection, closed or not: it gets little at a time. The rest waits here, where all sockets share it.
 */

import type { Backlog, Holder, Load } from "./memory_budget.ts";

type Frame = string | Uint8Array;

/** A WebSocket that is open. */
export interface Wire {
  readonly bufferedAmount: number;
  send(frame: Frame): void;
}

const MOST_WAITING_BYTES = 16 * 1024 * 1024;
const LOOK_AFTER_BYTES = 128 * 1024;
/** What the runtime may have that is not sent. */
const MOST_AHEAD_BYTES = 256 * 1024;

export class Outbox {
  #unlooked = 0;
  #isBehind = false;
  #frames: { frame: Frame; load: Load }[] = [];
  /** Of the frames, those before this one are sent. */
  #next = 0;
  #bytes = 0;

  constructor(
    private readonly wire: Wire,
    private readonly pump: Pump,
    private readonly backlog: Backlog,
    private readonly holder: Holder,
  ) {}

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Send a frame now or later; `load` is that of a frame which others get as well. */
  send(frame: Frame, load?: Load): void {
    if (this.#isBehind) return this.#keep(frame, load ?? { waiting: 0 });
    this.wire.send(frame);
    this.#unlooked += frame.length;
    if (this.#unlooked < LOOK_AFTER_BYTES) return;
    this.#unlooked = 0;
    if (this.wire.bufferedAmount <= MOST_AHEAD_BYTES) return;
    this.#isBehind = true;
    this.pump.add(this);
  }

  /** Give the runtime what it has room for; returns whether that was anything. */
  flush(): boolean {
    const before = this.#next;
    while (this.wire.bufferedAmount <= MOST_AHEAD_BYTES) {
      const next = this.#frames[this.#next];
      if (next === undefined) {
        this.#clear();
        return true;
      }
      this.#next++;
      this.#bytes -= next.frame.length;
      this.backlog.letGo(this.holder, next.frame.length, next.load);
      this.wire.send(next.frame);
    }
    const moved = this.#next > before;
    if (this.#next > this.#frames.length / 2) {
      this.#frames = this.#frames.slice(this.#next);
      this.#next = 0;
    }
    return moved;
  }

  /** Drop everything: the socket is closed. */
  drop(): void {
    const left = this.#frames.slice(this.#next);
    this.#clear();
    for (const { frame, load } of left) this.backlog.letGo(this.holder, frame.length, load);
  }

  #keep(frame: Frame, load: Load): void {
    this.#frames.push({ frame, load });
    this.#bytes += frame.length;
    this.backlog.keep(this.holder, frame.length, load);
    if (this.#bytes > MOST_WAITING_BYTES) this.holder.giveUp();
  }

  #clear(): void {
    this.#frames = [];
    this.#next = this.#bytes = 0;
    this.#isBehind = false;
  }
}

const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 32;

/** Looks after the outboxes that are behind: nobody tells when the runtime has sent something. */
export class Pump {
  readonly #behind = new Set<Outbox>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  add(outbox: Outbox): void {
    this.#behind.add(outbox);
    if (this.#timer === null) this.#runAfter(SHORTEST_PAUSE_MS);
  }

  #runAfter(pause: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const moved = [...this.#behind].map((outbox) => this.#flush(outbox)).includes(true);
      if (this.#behind.size > 0) this.#runAfter(moved ? SHORTEST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS));
    }, pause);
    Deno.unrefTimer(this.#timer);
  }

  #flush(outbox: Outbox): boolean {
    const moved = outbox.isBehind && outbox.flush();
    if (!outbox.isBehind) this.#behind.delete(outbox);
    return moved;
  }
}
