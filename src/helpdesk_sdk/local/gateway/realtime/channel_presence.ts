/** Presence of one channel: handles track and untrack, sends presence_state. */

import type { ChannelAccess } from "./channel_access.ts";
import type { ClientFrame } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { CallWindow, fitsPlan, jsonSize } from "./plan_limits.ts";
import type { Room, RoomMember } from "./room.ts";

type Json = Record<string, unknown>;

/** What ChannelPresence needs of its channel. */
export interface PresenceChannel extends RoomMember {
  readonly stopped: boolean;
  readonly room: Room | null;
  reply(message: ClientFrame, status: "ok" | "error", response?: Json): void;
  push(event: string, payload: unknown): void;
  /** Close the channel and send the reason. */
  shutdown(message: string): void;
  logError(code: string, error: unknown): void;
  /** Set how many bytes the tracked payload takes. */
  setTrackedBytes(bytes: number): void;
}

export class ChannelPresence {
  readonly #callWindow: CallWindow;

  constructor(
    private readonly channel: PresenceChannel,
    private readonly hub: Hub,
    private readonly access: ChannelAccess,
    private readonly key: string,
    /** Whether the channel receives the presence of others. */
    public isEnabled: boolean,
  ) {
    this.#callWindow = new CallWindow(hub.plan.presenceCalls);
  }

  /** Handle a `presence` message of the client. */
  receive(message: ClientFrame): Promise<void> | void {
    const { event, payload = {} } = (message.payload ?? {}) as Json;
    if (typeof event !== "string") return this.channel.reply(message, "ok");
    if (!this.#callWindow.tryCall()) return this.channel.shutdown("Client presence rate limit exceeded");
    switch (event.toLowerCase()) {
      case "untrack":
        this.channel.room?.untrack(this.key, this.channel);
        this.channel.setTrackedBytes(0);
        return this.channel.reply(message, "ok");
      case "track":
        if (this.access.mayTrack !== undefined) return this.#track(message, payload);
        return this.access.checkTrack().then(() => this.#track(message, payload), (error) => {
          this.channel.logError("UnableToHandlePresence", error);
          this.channel.reply(message, "error");
        });
      default:
        return this.channel.reply(message, "error");
    }
  }

  /** Send `presence_state`. */
  sendState(): void {
    if (!this.access.mayReadPresence || !this.#countEvent()) return;
    this.channel.push("presence_state", this.channel.room?.presences.state() ?? {});
  }

  #track(message: ClientFrame, payload: unknown): void {
    const { channel, hub, access, key } = this;
    if (channel.stopped) return;
    if (!access.mayTrack) return channel.reply(message, "error");
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
      return channel.reply(message, "error", { reason: "Presence track payload must be a map" });
    }
    const bytes = jsonSize(payload);
    if (!fitsPlan(hub.plan, bytes)) return channel.shutdown("Track message size exceeded");
    if (!this.#countEvent()) return;
    channel.setTrackedBytes(bytes);
    channel.room?.track(key, channel, payload as Json);
    channel.reply(message, "ok");
    if (this.isEnabled) return;
    // A channel that tracks also receives the presence of others.
    this.isEnabled = true;
    this.sendState();
  }

  /** Count a presence event of the project; over the rate, close the channel and return false. */
  #countEvent(): boolean {
    const { presence, plan } = this.hub;
    const isOver = presence.perSecond() > plan.presencePerSecond;
    if (isOver) this.channel.shutdown("Too many presence messages per second");
    else presence.add();
    return !isOver;
  }
}
