/** One channel of a socket: handles the join, then broadcasts, presence and new tokens, one message at a time. */

import { ChannelAccess, readDenied } from "./channel_access.ts";
import { ChannelPresence, type PresenceChannel } from "./channel_presence.ts";
import { type Credential, isOpaqueKey, TokenError } from "./credentials.ts";
import { JoinError, joinErrorReason, tokenErrorReason } from "./errors.ts";
import { type ClientFrame, encodeReplay, type ServerFrame, SharedFrame, type Version } from "./frames.ts";
import type { Hub, HubSocket } from "./hub.ts";
import { bindingProblem, type JoinRequest, parseJoin, withIds } from "./join_payload.ts";
import type { ErrorLog } from "./log.ts";
import type { BudgetHolder, PendingCount } from "./memory_budget.ts";
import { fitsPlan, jsonSize } from "./plan_limits.ts";
import { loadReplay, type ReplayedMessage } from "./replay.ts";
import { type Room, TOPIC_PREFIX } from "./room.ts";
import type { QueryCaller } from "./query_queue.ts";
import { type ByteBudget, MAX_WAITING, WorkQueue } from "./work_queue.ts";

/** The abort reason for work of a stopped channel. */
const STOPPED = new Error("the channel is stopped");
const TOO_MANY_MESSAGES = "Too many messages per second";

type Json = Record<string, unknown>;

/** What a channel needs of its socket. */
export interface ChannelSocket extends HubSocket, BudgetHolder, ByteBudget {
  readonly hub: Hub;
  readonly version: Version;
  /** Of the key that the socket was opened with. */
  readonly credential: Credential;
  /** The `x-…` headers of the handshake. */
  readonly headers: Record<string, string>;
  readonly errorLog: ErrorLog;
  /** Whether there are more channels than a socket may have, including a joining channel. */
  readonly isOverfull: boolean;
  send(frame: string | Uint8Array, pending?: PendingCount): void;
  push(frame: ServerFrame): void;
  reply(
    to: { topic: string; ref: string | null; joinRef: string | null },
    status: "ok" | "error",
    response?: Json,
  ): void;
  /** Forget an ended channel. */
  removeChannel(channel: Channel): void;
}

export class Channel implements PresenceChannel {
  readonly topic: string;
  /** The topic without its prefix. */
  readonly #name: string;
  readonly #joinRef: string | null;
  readonly #joining: { ref: string | null };
  readonly #request: JoinRequest;
  readonly #access: ChannelAccess;
  readonly #presence: ChannelPresence;
  room: Room | null = null;
  /** Aborted by `stop`; cancels the channel's pending queries. */
  readonly #abort = new AbortController();
  readonly #queue: WorkQueue<ClientFrame>;
  /** Messages of the database that arrived before the reply to the join; null after the reply. */
  #beforeJoin: { frame: SharedFrame; id: string }[] | null = [];
  #replayedIds: Set<string> | null = null;
  #trackedBytes = 0;

  constructor(private readonly socket: ChannelSocket, joining: ClientFrame) {
    this.topic = joining.topic;
    this.#name = joining.topic.slice(TOPIC_PREFIX.length);
    this.#joinRef = joining.joinRef ?? joining.ref;
    this.#joining = { ref: joining.ref };
    this.#request = parseJoin(joining.payload);
    const { hub, headers, credential } = socket;
    this.#access = new ChannelAccess(hub, this.#caller, this.#name, this.#request.isPrivate, headers, credential);
    this.#queue = new WorkQueue({
      handle: (message) => this.#handle(message),
      overflow: () =>
        this.#beforeJoin === null
          ? this.shutdown(TOO_MANY_MESSAGES)
          : this.#rejectJoin("ChannelRateLimitReached: Too many channels"),
      failed: (error) => this.logError("UnknownErrorOnChannel", error),
    }, socket);
    const { key, enabled } = this.#request.presence;
    this.#presence = new ChannelPresence(this, hub, this.#access, key, enabled);
    hub.memory.add(socket, this.#nameBytes);
  }

  get stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Bytes of the texts that the channel stores. */
  get #nameBytes(): number {
    return this.topic.length + this.#request.presence.key.length;
  }

  get #caller(): QueryCaller {
    return { owner: this.socket, signal: this.#abort.signal };
  }

  get mayReadBroadcast(): boolean {
    return this.#access.mayReadBroadcast;
  }

  get mayReadPresence(): boolean {
    return this.#access.mayReadPresence;
  }

  /** Join with a message of so many bytes. The client's next messages wait for the reply. */
  start(joining: ClientFrame, bytes: number): void {
    this.#queue.push(joining, bytes);
  }

  /** End without a message to the client: the socket is closed, or a new channel replaces this channel. */
  stop(): void {
    if (this.stopped) return;
    this.#abort.abort(STOPPED);
    this.#queue.close();
    this.#access.unwatchExpiry();
    this.#leaveRoom();
    this.socket.hub.memory.release(this.socket, this.#nameBytes + this.#trackedBytes);
    this.socket.removeChannel(this);
  }

  receive(frame: SharedFrame, messageId?: string): void {
    if (this.#beforeJoin !== null) {
      if (messageId === undefined) return;
      if (this.#beforeJoin.push({ frame, id: messageId }) > MAX_WAITING) this.shutdown(TOO_MANY_MESSAGES);
      return;
    }
    if (messageId !== undefined && this.#replayedIds?.has(messageId)) return;
    const { hub, version } = this.socket;
    const bytes = frame.forVersion(version);
    if (bytes === null) return;
    hub.messages.add();
    if (hub.isOverMessageRate) this.shutdown(TOO_MANY_MESSAGES);
    else this.socket.send(bytes, frame.pending[version]);
  }

  receivePresence(frame: SharedFrame): void {
    if (this.#beforeJoin !== null) return;
    const { hub, version } = this.socket;
    hub.presence.add();
    this.socket.send(frame.forVersion(version)!, frame.pending[version]);
  }

  receiveFromClient(message: ClientFrame, bytes: number): void {
    this.#queue.push(message, bytes);
  }

  setTrackedBytes(bytes: number): void {
    this.socket.hub.memory.release(this.socket, this.#trackedBytes);
    this.#trackedBytes = bytes;
    this.socket.hub.memory.add(this.socket, bytes);
  }

  #handle(message: ClientFrame): Promise<void> | void {
    if (this.stopped) return;
    switch (message.event) {
      case "phx_join":
        return this.#join();
      case "broadcast":
        return this.#broadcast(message);
      case "presence":
        return this.#presence.receive(message);
      case "access_token":
        return this.#renewToken((message.payload as Json | null)?.access_token);
      case "phx_leave":
        this.reply(message, "ok");
        return this.#close();
      default:
        this.socket.hub.messages.add();
    }
  }

  async #join(): Promise<void> {
    let messages: ReplayedMessage[];
    try {
      messages = await this.#admit();
    } catch (error) {
      return await this.#handleJoinError(error);
    }
    if (this.stopped) return;
    this.socket.hub.users.add(this.socket);
    this.#watchExpiry();
    const bindings = withIds(this.#request.bindings);
    this.reply(this.#joining, "ok", { postgres_changes: bindings });
    this.#sendInitialMessages(messages);
    this.#request.bindings = [];
    if (bindings.length > 0) this.#system("postgres_changes", "error", bindingProblem(bindings[0]!));
    if (this.#request.replicationReady) await this.#sendReplicationStatus();
  }

  /** Check the join in Realtime's order and enter the room. Returns the messages to replay. */
  async #admit(): Promise<ReplayedMessage[]> {
    const { hub } = this.socket;
    const { isPrivate, token, replay: requested } = this.#request;
    if (this.#name === "") throw new JoinError("TopicNameRequired: You must provide a topic name");
    if (hub.isClosing) throw new JoinError("RealtimeRestarting: Realtime is restarting, please standby");
    if (hub.settings.realtime.private_only && !isPrivate) {
      throw new JoinError("PrivateOnly: This project only allows private channels");
    }
    hub.admitJoin(this.socket);
    if (this.socket.isOverfull) throw new JoinError("ChannelRateLimitReached: Too many channels");
    await this.#access.useToken(token);
    await hub.feed.ready();
    await this.#access.checkRead(this.#presence.isEnabled);
    this.#abort.signal.throwIfAborted();
    this.room = hub.rooms.enter(this.#name, isPrivate, this);
    if (requested === undefined) return [];
    if (!this.mayReadBroadcast) throw new JoinError(`Unauthorized: ${readDenied(this.#name)}`);
    return await hub.queries.run(this.#caller, () => loadReplay(hub.sql, this.#name, isPrivate, requested));
  }

  async #handleJoinError(error: unknown): Promise<void> {
    if (this.stopped) return;
    const { reason, disconnects } = joinErrorReason(error, this.#name);
    if (!(error instanceof JoinError || error instanceof TokenError)) this.logError(reason.split(":")[0]!, error);
    this.#leaveRoom();
    const delay = this.socket.hub.plan.joinErrorDelay;
    if (delay > 0) await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, delay)));
    if (this.stopped) return;
    this.#rejectJoin(reason);
    if (disconnects) this.socket.close(1001, "too many joins");
  }

  #rejectJoin(reason: string): void {
    this.reply(this.#joining, "error", { reason });
    this.stop();
  }

  /** Send what follows the reply: the presence state, replayed messages, and messages that arrived during the join. */
  #sendInitialMessages(messages: ReplayedMessage[]): void {
    if (this.#presence.isEnabled) this.#presence.sendState();
    this.#replayedIds = messages.length > 0 ? new Set(messages.map((one) => one.meta.id)) : null;
    for (const { broadcast, meta } of messages) {
      const frame = encodeReplay(this.socket.version, this.topic, broadcast, meta, this.#joinRef);
      if (frame) this.socket.send(frame);
    }
    const beforeJoin = this.#beforeJoin ?? [];
    this.#beforeJoin = null;
    for (const { frame, id } of beforeJoin) if (!this.stopped) this.receive(frame, id);
  }

  async #sendReplicationStatus(): Promise<void> {
    if (await this.socket.hub.feed.readyInTime()) this.#system("system", "ok", "Replication connection established");
    else this.shutdown("Replication connection was not established in time");
  }

  #broadcast(message: ClientFrame): Promise<void> | void {
    if (this.#access.mayBroadcast === undefined) {
      // A failure only reaches the log: the message is not sent, and the next message checks again.
      return this.#access.checkWrite().then(() => this.#send(message));
    }
    this.#send(message);
  }

  #send(message: ClientFrame): void {
    if (!this.#access.mayBroadcast || this.stopped) return;
    const { hub } = this.socket;
    hub.messages.add();
    const fitting = fitsPlan(hub.plan, message.broadcast?.bytes.length ?? jsonSize(message.payload));
    if (fitting) {
      const frame = message.broadcast
        ? SharedFrame.broadcast(this.topic, message.broadcast)
        : SharedFrame.text(this.topic, "broadcast", message.payload);
      this.room?.broadcast(frame, this.#request.self ? null : this);
    }
    if (!this.#request.ack || this.stopped) return;
    if (fitting) this.reply(message, "ok");
    else this.reply(message, "error", { error: "payload_size_exceeded" });
  }

  /** Use a new token. The client receives a message only on failure. */
  #renewToken(token: unknown): Promise<void> | void {
    if (typeof token !== "string" || isOpaqueKey(token) || this.#access.hasToken(token)) return;
    return this.#access.renewToken(token, this.#presence.isEnabled).then(
      () => this.#watchExpiry(),
      (error) => this.shutdown(tokenErrorReason(error, this.#name)),
    );
  }

  #watchExpiry(): void {
    if (!this.stopped) this.#access.watchExpiry((reason) => this.shutdown(reason));
  }

  #leaveRoom(): void {
    this.socket.hub.rooms.leave(this.#name, this.#request.isPrivate, this.#request.presence.key, this);
    this.room = null;
  }

  reply({ ref }: { ref: string | null }, status: "ok" | "error", response: Json = {}): void {
    if (!this.stopped) this.socket.reply({ topic: this.topic, ref, joinRef: this.#joinRef }, status, response);
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.push("system", { extension, status, message, channel: this.#name });
  }

  push(event: string, payload: unknown, ref: string | null = null): void {
    if (!this.stopped) this.socket.push({ joinRef: this.#joinRef, ref, topic: this.topic, event, payload });
  }

  /** Log an error, except the abort of a stopped channel. */
  logError(code: string, error: unknown): void {
    if (error !== STOPPED) this.socket.errorLog.logOnce(code, error);
  }

  /** Close the channel and send the reason. */
  shutdown(message: string): void {
    this.#system("system", "error", message);
    this.#close();
  }

  #close(): void {
    this.push("phx_close", {}, this.#joinRef);
    this.stop();
  }
}
