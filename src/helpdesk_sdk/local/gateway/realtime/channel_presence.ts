/** What a channel says of itself to those who are present in its room, and what it is told of them. */

import type { Access } from "./channel_access.ts";
import type { Incoming } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { CallWindow, fits, jsonSize } from "./plan_limits.ts";
import type { Member, Room } from "./room.ts";

type Json = Record<string, unknown>;

/** The channel, as far as its presence needs it. */
export interface Attendant extends Member {
  readonly stopped: boolean;
  readonly room: Room | null;
  reply(message: Incoming, status: "ok" | "error", response?: Json): void;
  push(event: string, payload: unknown): void;
  /** End with a reason. */
  shutdown(message: string): void;
  complain(what: string, error: unknown): void;
  /** Tracking takes so many bytes from now on. */
  keepTracked(bytes: number): void;
}

export class Attendance {
  readonly #calls: CallWindow;

  constructor(
    private readonly channel: Attendant,
    private readonly hub: Hub,
    private readonly access: Access,
    private readonly key: string,
    /** Whether the channel wants to know of the others. */
    public isWanted: boolean,
  ) {
    this.#calls = new CallWindow(hub.plan.presenceCalls);
  }

  /** Take a `presence` message of the client. */
  receive(message: Incoming): Promise<void> | void {
    const { event, payload = {} } = (message.payload ?? {}) as Json;
    if (typeof event !== "string") return this.channel.reply(message, "ok");
    if (!this.#calls.take()) return this.channel.shutdown("Client presence rate limit exceeded");
    switch (event.toLowerCase()) {
      case "untrack":
        this.channel.room?.untrack(this.key, this.channel);
        this.channel.keepTracked(0);
        return this.channel.reply(message, "ok");
      case "track":
        if (this.access.mayTrack !== undefined) return this.#track(message, payload);
        return this.access.askTrack().then(() => this.#track(message, payload), (error) => {
          this.channel.complain("UnableToHandlePresence", error);
          this.channel.reply(message, "error");
        });
      default:
        return this.channel.reply(message, "error");
    }
  }

  /** Tell who is there. */
  tell(): void {
    if (!this.access.mayReadPresence || !this.#take()) return;
    this.channel.push("presence_state", this.channel.room?.presences.state() ?? {});
  }

  #track(message: Incoming, payload: unknown): void {
    const { channel, hub, access, key } = this;
    if (channel.stopped) return;
    if (!access.mayTrack) return channel.reply(message, "error");
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
      return channel.reply(message, "error", { reason: "Presence track payload must be a map" });
    }
    const bytes = jsonSize(payload);
    if (!fits(hub.plan, bytes)) return channel.shutdown("Track message size exceeded");
    if (!this.#take()) return;
    channel.keepTracked(bytes);
    channel.room?.track(key, channel, payload as Json);
    channel.reply(message, "ok");
    if (this.isWanted) return;
    // To track is to ask for the presence of others.
    this.isWanted = true;
    this.tell();
  }

  /** Count a presence event of the project; too many end the channel. */
  #take(): boolean {
    const { presence, plan } = this.hub;
    const isOver = presence.perSecond() > plan.presencePerSecond;
    if (isOver) this.channel.shutdown("Too many presence messages per second");
    else presence.add();
    return !isOver;
  }
}
