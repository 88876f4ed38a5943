/** One channel of a socket: joined once, then its client's broadcasts, presence and tokens, one after the other. */

import { assertCurrent, type Credential, isOpaqueKey, TokenError } from "./realtime_credentials.ts";
import { type Incoming, replayed, Shared } from "./realtime_frames.ts";
import { bindingProblem, type JoinRequest, readJoin, withIds } from "./realtime_join.ts";
import { joinProblem, Refusal, tokenProblem } from "./realtime_errors.ts";
import { CallWindow, fits } from "./realtime_limits.ts";
import { replay, type ReplayedMessage } from "./realtime_replay.ts";
import type { Allowed, Context, Extension } from "./realtime_rights.ts";
import { type Member, PREFIX, type Room } from "./realtime_room.ts";
import type { Socket } from "./realtime_socket.ts";

const TOKEN_CHECK_MS = 300_000;
const REPLICATION_PATIENCE_MS = 60_000;

type Json = Record<string, unknown>;

export class Channel implements Member {
  readonly topic: string;
  /** The topic without its prefix. */
  readonly #name: string;
  readonly #joinRef: string | null;
  readonly #request: JoinRequest;
  readonly #presenceCalls: CallWindow;
  #credential: Credential;
  #presenceEnabled: boolean;
  #read: Allowed = {};
  #write: Allowed = {};
  #room: Room | null = null;
  #stopped = false;
  #expiry: ReturnType<typeof setTimeout> | null = null;
  /** Frames that arrived while another one is worked on; null when none is. */
  #waiting: Incoming[] | null = null;
  /** What the database sent while the join was not answered yet. */
  #early: { frame: Shared; id: string }[] | null = [];
  #replayedIds: Set<string> | null = null;

  constructor(private readonly socket: Socket, private readonly joining: Incoming) {
    this.topic = joining.topic;
    this.#name = joining.topic.slice(PREFIX.length);
    this.#joinRef = joining.joinRef ?? joining.ref;
    this.#request = readJoin(joining.payload);
    this.#presenceEnabled = this.#request.presence.enabled;
    this.#presenceCalls = new CallWindow(socket.hub.plan.presenceCalls);
    this.#credential = socket.credential;
  }

  get mayReadBroadcast(): boolean {
    return !this.#request.isPrivate || this.#read.broadcast === true;
  }

  get mayReadPresence(): boolean {
    return !this.#request.isPrivate || this.#read.presence === true;
  }

  /** Join; whatever the client sends meanwhile waits. */
  start(): void {
    this.#work(this.#join());
  }

  /** End without a word: the socket is gone, or another channel takes this one's place. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.socket.hub.rooms.leave(this.#name, this.#request.isPrivate, this.#request.presence.key, this);
    this.#room = null;
    this.socket.forgetChannel(this);
  }

  receive(frame: Shared, messageId?: string): void {
    if (this.#early !== null) {
      if (messageId !== undefined) this.#early.push({ frame, id: messageId });
      return;
    }
    if (messageId !== undefined && this.#replayedIds?.has(messageId)) return;
    const { hub, version } = this.socket;
    const bytes = frame.as(version);
    if (bytes === null) return;
    hub.messages.add();
    if (hub.isOverMessages) this.#shutdown("Too many messages per second");
    else this.socket.send(bytes);
  }

  receiveFromClient(message: Incoming): void {
    if (this.#waiting !== null) return void this.#waiting.push(message);
    const work = this.#handle(message);
    if (work) this.#work(work);
  }

  /** Let everything else wait for something. */
  #work(work: Promise<void>): void {
    this.#waiting ??= [];
    work.catch((error) => console.error("UnknownErrorOnChannel:", error)).then(() => {
      const waiting = this.#waiting ?? [];
      this.#waiting = null;
      while (waiting.length > 0 && !this.#stopped) {
        const next = this.#handle(waiting.shift()!);
        if (next) {
          this.#waiting = waiting;
          return this.#work(next);
        }
      }
    });
  }

  #handle(message: Incoming): Promise<void> | void {
    if (this.#stopped) return;
    this.socket.hub.messages.add();
    switch (message.event) {
      case "broadcast":
        return this.#broadcast(message);
      case "presence":
        return this.#presence(message);
      case "access_token":
        return this.#renew((message.payload as Json | null)?.access_token);
      case "phx_leave":
        this.socket.reply({ ...message, joinRef: this.#joinRef }, "ok");
        return this.#close();
    }
  }

  async #join(): Promise<void> {
    let messages: ReplayedMessage[];
    try {
      messages = await this.#admitted();
    } catch (error) {
      return await this.#refuse(error);
    }
    if (this.#stopped) return;
    this.socket.hub.users.add(this.socket);
    this.#armExpiry();
    const bindings = withIds(this.#request.bindings);
    this.socket.reply({ ...this.joining, joinRef: this.#joinRef }, "ok", { postgres_changes: bindings });
    this.#welcome(messages);
    if (bindings.length > 0) this.#system("postgres_changes", "error", bindingProblem(this.#request.bindings[0]!));
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
    if (!hub.users.has(this.socket) && hub.isFull) {
      throw new Refusal("ConnectionRateLimitReached: Too many connected users");
    }
    if (hub.isOverJoins) throw new Refusal("ClientJoinRateLimitReached: Too many joins per second", true);
    hub.joins.add();
    if (this.socket.isFull) throw new Refusal("ChannelRateLimitReached: Too many channels");
    if (token === null) assertCurrent(this.socket.credential.claims);
    this.#credential = token === null ? this.socket.credential : await hub.credential(token);
    await hub.feed.ready();
    if (isPrivate) this.#read = await this.#readRights();
    if (!this.#stopped) this.#room = hub.rooms.enter(this.#name, isPrivate, this);
    if (asked === undefined) return [];
    if (!this.mayReadBroadcast) throw new Refusal(`Unauthorized: ${this.#noRead}`);
    return await replay(hub.sql, this.#name, isPrivate, asked);
  }

  async #refuse(error: unknown): Promise<void> {
    const { reason, disconnects } = joinProblem(error, this.#name);
    if (!(error instanceof Refusal || error instanceof TokenError)) console.error(reason, String(error));
    this.socket.hub.rooms.leave(this.#name, this.#request.isPrivate, this.#request.presence.key, this);
    const delay = this.socket.hub.plan.joinErrorDelay;
    if (delay > 0) await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, delay)));
    if (this.#stopped) return;
    this.socket.reply({ ...this.joining, joinRef: this.#joinRef }, "error", { reason });
    this.stop();
    if (disconnects) this.socket.close(1001, "too many joins");
  }

  /** What follows the answer: who is present, what is replayed, what was sent meanwhile. */
  #welcome(messages: ReplayedMessage[]): void {
    const { version } = this.socket;
    if (this.#presenceEnabled && this.mayReadPresence && this.#takePresence()) {
      this.#push("presence_state", this.#room!.presences.state());
    }
    this.#replayedIds = messages.length > 0 ? new Set(messages.map((one) => one.meta.id)) : null;
    for (const { user, meta } of messages) {
      const frame = replayed(version, this.topic, user, meta, this.#joinRef);
      if (frame) this.socket.send(frame);
    }
    const early = this.#early ?? [];
    this.#early = null;
    for (const { frame, id } of early) if (this.mayReadBroadcast) this.receive(frame, id);
  }

  async #tellReplication(): Promise<void> {
    const timely = await Promise.race([
      this.socket.hub.feed.ready().then(() => true, () => false),
      new Promise<boolean>((resolve) => Deno.unrefTimer(setTimeout(() => resolve(false), REPLICATION_PATIENCE_MS))),
    ]);
    if (timely) this.#system("system", "ok", "Replication connection established");
    else this.#shutdown("Replication connection was not established in time");
  }

  #broadcast(message: Incoming): Promise<void> | void {
    if (this.#request.isPrivate && this.#write.broadcast === undefined) return this.#firstBroadcast(message);
    this.#send(message);
  }

  async #firstBroadcast(message: Incoming): Promise<void> {
    // What goes wrong is told to the log only: the client's message is not sent, and it may try again.
    this.#write = await this.socket.hub.rights.write(this.#context(), ["broadcast", "presence"]);
    if (!this.#stopped) this.#send(message);
  }

  #send(message: Incoming): void {
    if (this.#request.isPrivate && !this.#write.broadcast) return;
    const { hub } = this.socket;
    const size = message.user?.bytes.length ?? jsonSize(message.payload);
    const oversize = !fits(hub.plan, size);
    if (!oversize) {
      const frame = message.user
        ? Shared.broadcast(this.topic, message.user)
        : Shared.text(this.topic, "broadcast", message.payload);
      this.#room?.broadcast(frame, this.#request.self ? null : this);
    }
    if (!this.#request.ack || this.#stopped) return;
    const to = { ...message, joinRef: this.#joinRef };
    if (oversize) this.socket.reply(to, "error", { error: "payload_size_exceeded" });
    else this.socket.reply(to, "ok");
  }

  #presence(message: Incoming): Promise<void> | void {
    const { event, payload = {} } = (message.payload ?? {}) as Json;
    const to = { ...message, joinRef: this.#joinRef };
    if (typeof event !== "string") return this.socket.reply(to, "ok");
    if (!this.#presenceCalls.take()) return this.#shutdown("Client presence rate limit exceeded");
    const action = event.toLowerCase();
    if (action === "untrack") {
      this.#room?.untrack(this.#request.presence.key, this);
      return this.socket.reply(to, "ok");
    }
    if (action !== "track") return this.socket.reply(to, "error");
    if (!this.#request.isPrivate || this.#write.presence !== undefined) return this.#track(to, payload);
    return this.#firstTrack().then(
      () => this.#stopped ? undefined : this.#track(to, payload),
      (error) => {
        console.error("UnableToHandlePresence:", String(error));
        this.socket.reply(to, "error");
      },
    );
  }

  async #firstTrack(): Promise<void> {
    const { rights } = this.socket.hub;
    if (this.#read.presence === undefined) {
      Object.assign(this.#read, await rights.read(this.#context(), ["presence"]));
    }
    Object.assign(this.#write, await rights.write(this.#context(), ["presence"]));
  }

  #track(to: Incoming, payload: unknown): void {
    if (this.#request.isPrivate && !this.#write.presence) return this.socket.reply(to, "error");
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
      return this.socket.reply(to, "error", { reason: "Presence track payload must be a map" });
    }
    if (!fits(this.socket.hub.plan, jsonSize(payload))) return this.#shutdown("Track message size exceeded");
    if (!this.#takePresence()) return;
    this.#presenceEnabled = true;
    this.#room?.track(this.#request.presence.key, this, payload as Json);
    this.socket.reply(to, "ok");
  }

  /** Count a presence event of the project; too many end the channel. */
  #takePresence(): boolean {
    const { presence, plan } = this.socket.hub;
    if (presence.perSecond() > plan.presencePerSecond) {
      this.#shutdown("Too many presence messages per second");
      return false;
    }
    presence.add();
    return true;
  }

  /** Take over a new token: what it may read is asked at once, what it may write when it writes. */
  #renew(token: unknown): Promise<void> | void {
    if (typeof token !== "string" || isOpaqueKey(token) || token === this.#credential.token) return;
    return this.#takeToken(token);
  }

  async #takeToken(token: string): Promise<void> {
    const before = this.#read;
    try {
      this.#credential = await this.socket.hub.credential(token);
      this.#write = {};
      if (this.#request.isPrivate) this.#read = await this.#readRights();
    } catch (error) {
      return this.#shutdown(tokenProblem(error, this.#name));
    }
    if (this.#stopped) return;
    const revoked = (["broadcast", "presence"] as const).some((one) => before[one] && this.#read[one] === false);
    if (revoked) this.#shutdown(`You no longer have permission to read from this Channel topic: ${this.#name}`);
    else this.#armExpiry();
  }

  async #readRights(): Promise<Allowed> {
    const extensions: Extension[] = this.#presenceEnabled ? ["broadcast", "presence"] : ["broadcast"];
    const read = await this.socket.hub.rights.read(this.#context(), extensions);
    if (!read.broadcast && !read.presence) throw new Refusal(`Unauthorized: ${this.#noRead}`);
    return read;
  }

  get #noRead(): string {
    return `You do not have permissions to read from this Channel topic: ${this.#name}`;
  }

  #context(): Context {
    return { claims: this.#credential.claims, topic: this.#name, headers: this.socket.headers };
  }

  #armExpiry(): void {
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    const pause = Math.max(Math.min(TOKEN_CHECK_MS, this.#credential.claims.exp * 1000 - Date.now()), 0);
    const timer = this.#expiry = setTimeout(() => {
      try {
        assertCurrent(this.#credential.claims);
        this.#armExpiry();
      } catch (error) {
        this.#shutdown((error as Error).message);
      }
    }, pause);
    Deno.unrefTimer(timer);
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.#push("system", { extension, status, message, channel: this.#name });
  }

  #push(event: string, payload: unknown): void {
    if (!this.#stopped) this.socket.push({ joinRef: this.#joinRef, topic: this.topic, event, payload });
  }

  /** End with a reason. */
  #shutdown(message: string): void {
    this.#system("system", "error", message);
    this.#close();
  }

  #close(): void {
    if (this.#stopped) return;
    const ref = this.#joinRef;
    this.socket.push({ joinRef: ref, ref, topic: this.topic, event: "phx_close", payload: {} });
    this.stop();
  }
}

const jsonSize = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;
