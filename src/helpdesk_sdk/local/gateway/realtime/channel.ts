/** One channel of a socket: joined once, then its client's broadcasts, presence and tokens, one after the other. */

import { Access, noRead } from "./channel_access.ts";
import { Attendance, type Attendant } from "./channel_presence.ts";
import { type Credential, isOpaqueKey, TokenError } from "./credentials.ts";
import { joinProblem, Refusal, tokenProblem } from "./errors.ts";
import { type Incoming, type Outgoing, replayed, Shared, type Version } from "./frames.ts";
import type { Connection, Hub } from "./hub.ts";
import { bindingProblem, type JoinRequest, readJoin, withIds } from "./join_payload.ts";
import type { Complaints } from "./log.ts";
import type { Holder, Load } from "./memory_budget.ts";
import { fits, jsonSize } from "./plan_limits.ts";
import { replay, type ReplayedMessage } from "./replay.ts";
import { PREFIX, type Room } from "./room.ts";
import type { Asker } from "./query_queue.ts";
import { MOST_WAITING, type Space, Turns } from "./work_queue.ts";

/** Why what a channel asked is not answered any more. */
const STOPPED = new Error("the channel is stopped");
const TOO_MANY = "Too many messages per second";

type Json = Record<string, unknown>;

/** What a channel needs of its socket. */
export interface ChannelSocket extends Connection, Holder, Space {
  readonly hub: Hub;
  readonly version: Version;
  /** Of the key that the socket was opened with. */
  readonly credential: Credential;
  /** The `x-…` headers of the handshake. */
  readonly headers: Record<string, string>;
  readonly complaints: Complaints;
  /** Whether there are more channels than a socket may have, including the joining channel. */
  readonly isOverfull: boolean;
  send(frame: string | Uint8Array, load?: Load): void;
  push(frame: Outgoing): void;
  reply(
    to: { topic: string; ref: string | null; joinRef: string | null },
    status: "ok" | "error",
    response?: Json,
  ): void;
  /** The channel has ended. */
  forgetChannel(channel: Channel): void;
}

export class Channel implements Attendant {
  readonly topic: string;
  /** The topic without its prefix. */
  readonly #name: string;
  readonly #joinRef: string | null;
  readonly #joining: { ref: string | null };
  readonly #request: JoinRequest;
  readonly #access: Access;
  readonly #attendance: Attendance;
  room: Room | null = null;
  /** Ended by `stop`, and with it whatever the channel waits for. */
  readonly #life = new AbortController();
  readonly #turns: Turns<Incoming>;
  /** What the database sent while the join was not answered yet. */
  #early: { frame: Shared; id: string }[] | null = [];
  #replayedIds: Set<string> | null = null;
  #trackedSize = 0;

  constructor(private readonly socket: ChannelSocket, joining: Incoming) {
    this.topic = joining.topic;
    this.#name = joining.topic.slice(PREFIX.length);
    this.#joinRef = joining.joinRef ?? joining.ref;
    this.#joining = { ref: joining.ref };
    this.#request = readJoin(joining.payload);
    const { hub, headers, credential } = socket;
    this.#access = new Access(hub, this.#asker, this.#name, this.#request.isPrivate, headers, credential);
    this.#turns = new Turns({
      handle: (message) => this.#handle(message),
      overflow: () =>
        this.#early === null ? this.shutdown(TOO_MANY) : this.#turnAway("ChannelRateLimitReached: Too many channels"),
      failed: (error) => this.complain("UnknownErrorOnChannel", error),
    }, socket);
    const { key, enabled } = this.#request.presence;
    this.#attendance = new Attendance(this, hub, this.#access, key, enabled);
    hub.backlog.add(socket, this.#namesSize);
  }

  get stopped(): boolean {
    return this.#life.signal.aborted;
  }

  /** In bytes, of the texts that are kept for as long as the channel is. */
  get #namesSize(): number {
    return this.topic.length + this.#request.presence.key.length;
  }

  get #asker(): Asker {
    return { owner: this.socket, signal: this.#life.signal };
  }

  get mayReadBroadcast(): boolean {
    return this.#access.mayReadBroadcast;
  }

  get mayReadPresence(): boolean {
    return this.#access.mayReadPresence;
  }

  /** Join with a message of so many bytes; what the client sends meanwhile waits. */
  start(joining: Incoming, bytes: number): void {
    this.#turns.take(joining, bytes);
  }

  /** End without a word: the socket is gone, or another channel takes this one's place. */
  stop(): void {
    if (this.stopped) return;
    this.#life.abort(STOPPED);
    this.#turns.end();
    this.#access.unwatch();
    this.#leaveRoom();
    this.socket.hub.backlog.release(this.socket, this.#namesSize + this.#trackedSize);
    this.socket.forgetChannel(this);
  }

  receive(frame: Shared, messageId?: string): void {
    if (this.#early !== null) {
      if (messageId === undefined) return;
      if (this.#early.push({ frame, id: messageId }) > MOST_WAITING) this.shutdown(TOO_MANY);
      return;
    }
    if (messageId !== undefined && this.#replayedIds?.has(messageId)) return;
    const { hub, version } = this.socket;
    const bytes = frame.as(version);
    if (bytes === null) return;
    hub.messages.add();
    if (hub.isOverMessages) this.shutdown(TOO_MANY);
    else this.socket.send(bytes, frame.loads[version]);
  }

  receivePresence(frame: Shared): void {
    if (this.#early !== null) return;
    const { hub, version } = this.socket;
    hub.presence.add();
    this.socket.send(frame.as(version)!, frame.loads[version]);
  }

  receiveFromClient(message: Incoming, bytes: number): void {
    this.#turns.take(message, bytes);
  }

  keepTracked(bytes: number): void {
    this.socket.hub.backlog.release(this.socket, this.#trackedSize);
    this.#trackedSize = bytes;
    this.socket.hub.backlog.add(this.socket, bytes);
  }

  #handle(message: Incoming): Promise<void> | void {
    if (this.stopped) return;
    switch (message.event) {
      case "phx_join":
        return this.#join();
      case "broadcast":
        return this.#broadcast(message);
      case "presence":
        return this.#attendance.receive(message);
      case "access_token":
        return this.#renew((message.payload as Json | null)?.access_token);
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
      messages = await this.#admitted();
    } catch (error) {
      return await this.#refuse(error);
    }
    if (this.stopped) return;
    this.socket.hub.users.add(this.socket);
    this.#watchToken();
    const bindings = withIds(this.#request.bindings);
    this.reply(this.#joining, "ok", { postgres_changes: bindings });
    this.#welcome(messages);
    this.#request.bindings = [];
    if (bindings.length > 0) this.#system("postgres_changes", "error", bindingProblem(bindings[0]!));
    if (this.#request.replicationReady) await this.#tellReplication();
  }

  /** Pass every check, in Realtime's order, and enter the room; returns what is to be replayed. */
  async #admitted(): Promise<ReplayedMessage[]> {
    const { hub } = this.socket;
    const { isPrivate, token, replay: asked } = this.#request;
    if (this.#name === "") throw new Refusal("TopicNameRequired: You must provide a topic name");
    if (hub.isClosing) throw new Refusal("RealtimeRestarting: Realtime is restarting, please standby");
    if (hub.settings.realtime.private_only && !isPrivate) {
      throw new Refusal("PrivateOnly: This project only allows private channels");
    }
    hub.admitJoin(this.socket);
    if (this.socket.isOverfull) throw new Refusal("ChannelRateLimitReached: Too many channels");
    await this.#access.identify(token);
    await hub.feed.ready();
    await this.#access.askRead(this.#attendance.isWanted);
    this.#life.signal.throwIfAborted();
    this.room = hub.rooms.enter(this.#name, isPrivate, this);
    if (asked === undefined) return [];
    if (!this.mayReadBroadcast) throw new Refusal(`Unauthorized: ${noRead(this.#name)}`);
    return await hub.queries.run(this.#asker, () => replay(hub.sql, this.#name, isPrivate, asked));
  }

  async #refuse(error: unknown): Promise<void> {
    if (this.stopped) return;
    const { reason, disconnects } = joinProblem(error, this.#name);
    if (!(error instanceof Refusal || error instanceof TokenError)) this.complain(reason.split(":")[0]!, error);
    this.#leaveRoom();
    const delay = this.socket.hub.plan.joinErrorDelay;
    if (delay > 0) await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, delay)));
    if (this.stopped) return;
    this.#turnAway(reason);
    if (disconnects) this.socket.close(1001, "too many joins");
  }

  #turnAway(reason: string): void {
    this.reply(this.#joining, "error", { reason });
    this.stop();
  }

  /** What follows the answer: who is present, what is replayed, what was sent meanwhile. */
  #welcome(messages: ReplayedMessage[]): void {
    if (this.#attendance.isWanted) this.#attendance.tell();
    this.#replayedIds = messages.length > 0 ? new Set(messages.map((one) => one.meta.id)) : null;
    for (const { user, meta } of messages) {
      const frame = replayed(this.socket.version, this.topic, user, meta, this.#joinRef);
      if (frame) this.socket.send(frame);
    }
    const early = this.#early ?? [];
    this.#early = null;
    for (const { frame, id } of early) if (!this.stopped) this.receive(frame, id);
  }

  async #tellReplication(): Promise<void> {
    if (await this.socket.hub.feed.isTimely()) this.#system("system", "ok", "Replication connection established");
    else this.shutdown("Replication connection was not established in time");
  }

  #broadcast(message: Incoming): Promise<void> | void {
    if (this.#access.mayBroadcast === undefined) {
      // What goes wrong is told to the log only: the message is not sent, and the client may try again.
      return this.#access.askBroadcast().then(() => this.#send(message));
    }
    this.#send(message);
  }

  #send(message: Incoming): void {
    if (!this.#access.mayBroadcast || this.stopped) return;
    const { hub } = this.socket;
    hub.messages.add();
    const fitting = fits(hub.plan, message.user?.bytes.length ?? jsonSize(message.payload));
    if (fitting) {
      const frame = message.user
        ? Shared.broadcast(this.topic, message.user)
        : Shared.text(this.topic, "broadcast", message.payload);
      this.room?.broadcast(frame, this.#request.self ? null : this);
    }
    if (!this.#request.ack || this.stopped) return;
    if (fitting) this.reply(message, "ok");
    else this.reply(message, "error", { error: "payload_size_exceeded" });
  }

  /** Take over a new token; of success nothing is told. */
  #renew(token: unknown): Promise<void> | void {
    if (typeof token !== "string" || isOpaqueKey(token) || this.#access.isHeldBy(token)) return;
    return this.#access.renew(token, this.#attendance.isWanted).then(
      () => this.#watchToken(),
      (error) => this.shutdown(tokenProblem(error, this.#name)),
    );
  }

  #watchToken(): void {
    if (!this.stopped) this.#access.watch((reason) => this.shutdown(reason));
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

  /** Tell the log, unless it is only that the channel was stopped. */
  complain(what: string, error: unknown): void {
    if (error !== STOPPED) this.socket.complaints.tell(what, error);
  }

  /** End with a reason. */
  shutdown(message: string): void {
    this.#system("system", "error", message);
    this.#close();
  }

  #close(): void {
    this.push("phx_close", {}, this.#joinRef);
    this.stop();
  }
}
