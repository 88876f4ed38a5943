import type { RealtimeChannel, RealtimeChannelOptions } from "@supabase/realtime-js";
import type { Announcement, EventPage } from "../lib/events.ts";
import type { Shown } from "../lib/presence.ts";
import { call, client, realtime } from "./supabase.ts";

/** The cursor of this moment. */
export async function readHead(): Promise<string> {
  return await call(client().rpc("events_head"));
}

/** The events behind a cursor. */
export async function readEventPage(after: string): Promise<EventPage> {
  return await call(client().rpc("events_page", { after, max_rows: 500 })) as EventPage;
}

/** Join a channel of announcements; returns how to leave it. A lost connection is joined again. */
export function joinTopic(
  topic: string,
  onAnnouncement: (given: Announcement) => void,
  onState: (isJoined: boolean) => void,
): () => void {
  return open(topic, { private: true }, (channel) => {
    channel.on("broadcast", { event: "*" }, ({ payload }) => onAnnouncement(payload as Announcement));
  }, onState).leave;
}

export type Presence = { show(shown: Shown | null): void; leave(): void };

/** Join the channels of a ticket: its public events, and that of those who work it, where one sees and is seen. */
export function joinTicket(
  ticketId: string,
  userId: string,
  on: { announcement(given: Announcement): void; presences(entries: unknown[]): void },
): Presence {
  let shown: Shown | null = null, joined: RealtimeChannel | null = null;
  const show = () => {
    const sent = shown ? joined?.track(shown) : joined?.untrack();
    sent?.catch(() => undefined);
  };
  const leavePublic = joinTopic(`helpdesk:ticket:${ticketId}`, on.announcement, () => {});
  const { leave } = open(
    `helpdesk:ticket:${ticketId}:staff`,
    { private: true, presence: { key: userId, enabled: true } },
    (channel) => {
      channel.on("broadcast", { event: "*" }, ({ payload }) => on.announcement(payload as Announcement));
      channel.on("presence", { event: "sync" }, () => on.presences(Object.values(channel.presenceState()).flat()));
    },
    (isJoined, channel) => {
      joined = isJoined ? channel : null;
      if (!isJoined) on.presences([]);
      else if (shown) show();
    },
  );
  return {
    show(given) {
      shown = given;
      show();
    },
    leave() {
      leavePublic();
      leave();
    },
  };
}

type Config = NonNullable<RealtimeChannelOptions["config"]>;

/** Topics that are being left: a topic is joined again when that has ended. */
const leaving = new Map<string, Promise<unknown>>();

function open(
  topic: string,
  config: Config,
  listen: (channel: RealtimeChannel) => void,
  onState: (isJoined: boolean, channel: RealtimeChannel) => void,
): { leave(): void } {
  let channel: RealtimeChannel | null = null, hasLeft = false;
  async function start() {
    await leaving.get(topic);
    const socket = await realtime();
    await socket.setAuth(); // a private channel needs the session's token before it is joined
    if (hasLeft) return;
    const mine = channel = socket.channel(topic, { config });
    listen(mine);
    mine.subscribe((status) => {
      if (!hasLeft) onState(status === "SUBSCRIBED", mine);
    });
  }
  start().catch(() => undefined);
  return {
    leave() {
      hasLeft = true;
      if (!channel) return;
      const mine = channel;
      const left = realtime().then((socket) => socket.removeChannel(mine)).catch(() => undefined)
        .finally(() => leaving.delete(topic));
      leaving.set(topic, left);
    },
  };
}
