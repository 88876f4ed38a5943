/** One WebSocket of Realtime: frames in and out, and the channels that it joined. */

import type { Load } from "./memory_budget.ts";
import { Channel, type ChannelSocket } from "./channel.ts";
import type { Credential } from "./credentials.ts";
import { UNMATCHED } from "./errors.ts";
import { decodeBinary, decodeText, encode, type Incoming, type Outgoing, type Version } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { CHANNELS_PER_SOCKET } from "./plan_limits.ts";
import { Complaints } from "./log.ts";
import { Outbox, type Wire } from "./outbox.ts";
import { PREFIX } from "./room.ts";

const MAX_FRAME_BYTES = 5_000_000;
/** Of a client's frames that wait for the database. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;
/** What a value takes, measured by its text. */
const PARSED = 4;
const IDLE_MS = 60_000;
const NO_CHANNEL_MS = 600_000;

export class Socket implements ChannelSocket {
  readonly complaints = new Complaints();
  readonly #channels = new Map<string, Channel>();
  #heardAt = performance.now();
  #aloneSince = performance.now();
  readonly #outbox: Outbox;
  #held = 0;
  #closed = false;

  constructor(
    readonly hub: Hub,
    private readonly ws: WebSocket,
    readonly version: Version,
    /** Of the key that the socket was opened with. */
    readonly credential: Credential,
    /** The `x-…` headers of the handshake. */
    readonly headers: Record<string, string>,
  ) {
    ws.binaryType = "arraybuffer";
    ws.onmessage = ({ data }) => this.#receive(data);
    ws.onclose = () => this.#forget();
    // `close` follows.
    ws.onerror = () => {};
    hub.sockets.add(this);
    this.#outbox = new Outbox(ws as Wire, hub.pump, hub.backlog, this);
  }

  /** Whether there are more channels than a socket may have, one that is joining included. */
  get isOverfull(): boolean {
    return this.#channels.size > CHANNELS_PER_SOCKET;
  }

  push(frame: Outgoing): void {
    this.send(encode(this.version, frame));
  }

  reply(
    to: { topic: string; ref: string | null; joinRef: string | null },
    status: "ok" | "error",
    response = {},
  ): void {
    this.push({ joinRef: to.joinRef, ref: to.ref, topic: to.topic, event: "phx_reply", payload: { status, response } });
  }

  /** Send an encoded frame; a client that does not read what it is sent is given up. */
  send(frame: string | Uint8Array, load?: Load): void {
    if (!this.#closed && this.ws.readyState === WebSocket.OPEN) this.#outbox.send(frame, load);
  }

  /** The client leaves too much lying here. */
  giveUp(): void {
    this.close(1013, "too slow");
  }

  hold(bytes: number): boolean {
    if (this.#closed || this.#held + bytes > MAX_HELD_BYTES) return false;
    this.#held += bytes;
    this.hub.backlog.add(this, PARSED * bytes);
    return !this.#closed;
  }

  release(bytes: number): void {
    this.#held -= bytes;
    this.hub.backlog.release(this, PARSED * bytes);
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#forget();
    try {
      this.ws.close(code, reason);
    } catch {
      // It was never opened, or is closed already.
    }
  }

  /** Close what says nothing, though it answers pings, or has no channel, for too long. */
  sweep(): void {
    const now = performance.now();
    if (this.#channels.size > 0) this.#aloneSince = now;
    if (now - this.#heardAt > IDLE_MS) this.close(1000, "");
    else if (now - this.#aloneSince > NO_CHANNEL_MS) this.close(1001, "no channels");
  }

  /** A channel has ended; unless another one has taken its place. */
  forgetChannel(channel: Channel): void {
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
    if (this.#channels.size === 0) this.#aloneSince = performance.now();
  }

  #forget(): void {
    this.#closed = true;
    this.hub.sockets.delete(this);
    this.hub.users.delete(this);
    this.#outbox.drop();
    for (const channel of [...this.#channels.values()]) channel.stop();
    this.hub.backlog.forget(this);
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    this.#heardAt = performance.now();
    const frame = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
    if (isTooLarge(frame)) return this.close(1009, "the frame is too large");
    try {
      const message = typeof frame === "string" ? decodeText(this.version, frame) : this.#binary(frame);
      if (message) this.#dispatch(message, frame.length);
      else {this.complaints.tell(
          "MalformedWebSocketMessage",
          "a frame of a client was dropped; of others it is not told",
        );}
    } catch (error) {
      // One that nests too deep to be written again, for instance. Thrown on, it would end the gateway.
      this.complaints.tell("UnknownErrorOnWebSocketMessage", error);
    }
  }

  #binary(frame: Uint8Array): Incoming | null {
    return this.version === 2 ? decodeBinary(frame) : null;
  }

  #dispatch(message: Incoming, bytes: number): void {
    const { topic, event } = message;
    if (topic === "phoenix" && event === "heartbeat") return this.reply(message, "ok");
    if (event === "phx_join" && topic.startsWith(PREFIX)) return this.#join(message, bytes);
    const channel = this.#channels.get(topic);
    if (channel) channel.receiveFromClient(message, bytes);
    else if (event === "phx_leave") this.reply(message, "ok");
    else this.reply(message, "error", { reason: UNMATCHED });
  }

  #join(message: Incoming, bytes: number): void {
    // Python clients would take the old channel's `phx_close` for the new one's.
    this.#channels.get(message.topic)?.stop();
    const channel = new Channel(this, message);
    // Its topic may have been too much.
    if (this.#closed) return;
    this.#channels.set(message.topic, channel);
    channel.start(message, bytes);
  }
}

function isTooLarge(frame: string | Uint8Array): boolean {
  if (typeof frame !== "string" || frame.length > MAX_FRAME_BYTES) return frame.length > MAX_FRAME_BYTES;
  return frame.length * 3 > MAX_FRAME_BYTES && new TextEncoder().encode(frame).length > MAX_FRAME_BYTES;
}
