/** One WebSocket of Realtime: frames in and out, and the channels that it joined. */

import { Channel } from "./realtime_channel.ts";
import type { Credential } from "./realtime_credentials.ts";
import { decodeBinary, decodeText, encode, type Incoming, type Outgoing, type Version } from "./realtime_frames.ts";
import type { Connection, Hub } from "./realtime_hub.ts";
import { CHANNELS_PER_SOCKET } from "./realtime_limits.ts";
import { Complaints } from "./realtime_log.ts";
import { PREFIX } from "./realtime_room.ts";

const MAX_FRAME_BYTES = 5_000_000;
/** What a client that does not read may leave lying here. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
const LOOK_AFTER_BYTES = 128 * 1024;
const IDLE_MS = 60_000;
const NO_CHANNEL_MS = 600_000;

export class Socket implements Connection {
  readonly complaints = new Complaints();
  readonly #channels = new Map<string, Channel>();
  #heardAt = performance.now();
  #aloneSince = performance.now();
  #unlooked = 0;
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
  send(frame: string | Uint8Array): void {
    if (this.#closed || this.ws.readyState !== WebSocket.OPEN) return;
    this.ws.send(frame as string | Uint8Array<ArrayBuffer>);
    this.#unlooked += frame.length;
    if (this.#unlooked < LOOK_AFTER_BYTES) return;
    this.#unlooked = 0;
    if (this.ws.bufferedAmount > MAX_BUFFERED_BYTES) this.close(1013, "too slow");
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

  /** Close what says nothing, or has no channel, for too long. */
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
    for (const channel of [...this.#channels.values()]) channel.stop();
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    this.#heardAt = performance.now();
    const frame = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
    if (isTooLarge(frame)) return this.close(1009, "the frame is too large");
    try {
      const message = typeof frame === "string" ? decodeText(this.version, frame) : this.#binary(frame);
      if (message) this.#dispatch(message);
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

  #dispatch(message: Incoming): void {
    const { topic, event } = message;
    if (topic === "phoenix" && event === "heartbeat") return this.reply(message, "ok");
    if (event === "phx_join" && topic.startsWith(PREFIX)) return this.#join(message);
    const channel = this.#channels.get(topic);
    if (channel) channel.receiveFromClient(message);
    else if (event === "phx_leave") this.reply(message, "ok");
    else this.reply(message, "error", { reason: "unmatched topic" });
  }

  #join(message: Incoming): void {
    // Python clients would take the old channel's `phx_close` for the new one's.
    this.#channels.get(message.topic)?.stop();
    const channel = new Channel(this, message);
    this.#channels.set(message.topic, channel);
    channel.start();
  }
}

function isTooLarge(frame: string | Uint8Array): boolean {
  if (typeof frame !== "string" || frame.length > MAX_FRAME_BYTES) return frame.length > MAX_FRAME_BYTES;
  return frame.length * 3 > MAX_FRAME_BYTES && new TextEncoder().encode(frame).length > MAX_FRAME_BYTES;
}
