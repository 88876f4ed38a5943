/** One WebSocket of Realtime: receives and sends frames, and owns the joined channels. */

import type { PendingCount } from "./memory_budget.ts";
import { Channel, type ChannelSocket } from "./channel.ts";
import type { Credential } from "./credentials.ts";
import { UNMATCHED_TOPIC } from "./errors.ts";
import { type ClientFrame, decodeBinary, decodeText, encode, type ServerFrame, type Version } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { CHANNELS_PER_SOCKET } from "./plan_limits.ts";
import { ErrorLog } from "./log.ts";
import { Outbox, type OutboxSocket } from "./outbox.ts";
import { TOPIC_PREFIX } from "./room.ts";

const MAX_FRAME_BYTES = 5_000_000;
/** The limit for a client's frames that wait for the database. */
const MAX_RESERVED_BYTES = 8 * 1024 * 1024;
/** Memory of a parsed value, relative to the size of its text. */
const PARSED_FACTOR = 4;
const IDLE_MS = 60_000;
const NO_CHANNEL_MS = 600_000;

export class Socket implements ChannelSocket {
  readonly errorLog = new ErrorLog();
  readonly #channels = new Map<string, Channel>();
  #lastReceivedAt = performance.now();
  #noChannelSince = performance.now();
  readonly #outbox: Outbox;
  #reservedBytes = 0;
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
    ws.onclose = () => this.#dispose();
    // `onclose` follows.
    ws.onerror = () => {};
    hub.sockets.add(this);
    this.#outbox = new Outbox(ws as OutboxSocket, hub.flusher, hub.memory, this);
  }

  /** Whether there are more channels than a socket may have, including a joining channel. */
  get isOverfull(): boolean {
    return this.#channels.size > CHANNELS_PER_SOCKET;
  }

  push(frame: ServerFrame): void {
    this.send(encode(this.version, frame));
  }

  reply(
    to: { topic: string; ref: string | null; joinRef: string | null },
    status: "ok" | "error",
    response = {},
  ): void {
    this.push({ joinRef: to.joinRef, ref: to.ref, topic: to.topic, event: "phx_reply", payload: { status, response } });
  }

  /** Send an encoded frame. A client that does not read is disconnected. */
  send(frame: string | Uint8Array, pending?: PendingCount): void {
    if (!this.#closed && this.ws.readyState === WebSocket.OPEN) this.#outbox.send(frame, pending);
  }

  /** The client reads too slowly, or sends more than its memory share. */
  evict(): void {
    this.close(1013, "too slow");
  }

  reserve(bytes: number): boolean {
    if (this.#closed || this.#reservedBytes + bytes > MAX_RESERVED_BYTES) return false;
    this.#reservedBytes += bytes;
    this.hub.memory.add(this, PARSED_FACTOR * bytes);
    return !this.#closed;
  }

  release(bytes: number): void {
    this.#reservedBytes -= bytes;
    this.hub.memory.release(this, PARSED_FACTOR * bytes);
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#dispose();
    try {
      this.ws.close(code, reason);
    } catch {
      // The socket never opened, or is already closed.
    }
  }

  /** Close the socket when it sent no frame, or joined no channel, for too long. Pings do not count. */
  closeIfIdle(): void {
    const now = performance.now();
    if (this.#channels.size > 0) this.#noChannelSince = now;
    if (now - this.#lastReceivedAt > IDLE_MS) this.close(1000, "");
    else if (now - this.#noChannelSince > NO_CHANNEL_MS) this.close(1001, "no channels");
  }

  /** Forget an ended channel, unless a new channel has replaced it. */
  removeChannel(channel: Channel): void {
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
    if (this.#channels.size === 0) this.#noChannelSince = performance.now();
  }

  #dispose(): void {
    this.#closed = true;
    this.hub.sockets.delete(this);
    this.hub.users.delete(this);
    this.#outbox.drop();
    for (const channel of [...this.#channels.values()]) channel.stop();
    this.hub.memory.forget(this);
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    this.#lastReceivedAt = performance.now();
    const frame = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
    if (isTooLarge(frame)) return this.close(1009, "the frame is too large");
    try {
      const message = typeof frame === "string" ? decodeText(this.version, frame) : this.#binary(frame);
      if (message) this.#dispatch(message, frame.length);
      else {this.errorLog.logOnce(
          "MalformedWebSocketMessage",
          "a client's frame was dropped; further drops are not logged",
        );}
    } catch (error) {
      // For example a payload nested too deep to encode again. Thrown further, the error would end the gateway.
      this.errorLog.logOnce("UnknownErrorOnWebSocketMessage", error);
    }
  }

  #binary(frame: Uint8Array): ClientFrame | null {
    return this.version === 2 ? decodeBinary(frame) : null;
  }

  #dispatch(message: ClientFrame, bytes: number): void {
    const { topic, event } = message;
    if (topic === "phoenix" && event === "heartbeat") return this.reply(message, "ok");
    if (event === "phx_join" && topic.startsWith(TOPIC_PREFIX)) return this.#join(message, bytes);
    const channel = this.#channels.get(topic);
    if (channel) channel.receiveFromClient(message, bytes);
    else if (event === "phx_leave") this.reply(message, "ok");
    else this.reply(message, "error", { reason: UNMATCHED_TOPIC });
  }

  #join(message: ClientFrame, bytes: number): void {
    // Without `phx_close`: Python clients would take it for the new channel's.
    this.#channels.get(message.topic)?.stop();
    const channel = new Channel(this, message);
    // The topic may have exceeded the memory budget.
    if (this.#closed) return;
    this.#channels.set(message.topic, channel);
    channel.start(message, bytes);
  }
}

function isTooLarge(frame: string | Uint8Array): boolean {
  if (typeof frame !== "string" || frame.length > MAX_FRAME_BYTES) return frame.length > MAX_FRAME_BYTES;
  return frame.length * 3 > MAX_FRAME_BYTES && new TextEncoder().encode(frame).length > MAX_FRAME_BYTES;
}
