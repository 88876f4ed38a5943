/** The channels of one topic, public or private: delivers broadcasts and keeps presence. */

import { SharedFrame } from "./frames.ts";
import { type PresenceDiff, PresenceMap, type PresencePayload } from "./presence.ts";

export const TOPIC_PREFIX = "realtime:";

/** What a room needs of a channel. */
export interface RoomMember {
  readonly mayReadBroadcast: boolean;
  readonly mayReadPresence: boolean;
  /** Send a shared frame; skipped when the message id was already replayed. */
  receive(frame: SharedFrame, messageId?: string): void;
  /** Send a presence_diff. */
  receivePresence(frame: SharedFrame): void;
}

export class Room {
  readonly members = new Set<RoomMember>();
  readonly presences = new PresenceMap<RoomMember>();

  /** The topic in frames, with its prefix. */
  constructor(readonly topic: string) {}

  broadcast(frame: SharedFrame, except: RoomMember | null = null, messageId?: string): void {
    for (const member of this.members) {
      if (member !== except && member.mayReadBroadcast) member.receive(frame, messageId);
    }
  }

  track(key: string, member: RoomMember, payload: PresencePayload): void {
    this.#sendDiff(this.presences.track(key, member, payload));
  }

  untrack(key: string, member: RoomMember): void {
    this.#sendDiff(this.presences.untrack(key, member));
  }

  #sendDiff(diff: PresenceDiff | null): void {
    if (diff === null) return;
    const frame = SharedFrame.text(this.topic, "presence_diff", diff);
    for (const member of this.members) if (member.mayReadPresence) member.receivePresence(frame);
  }
}

/** All rooms of a project. A public and a private room of the same name are separate. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();

  /** The room of a topic (without the prefix); undefined when it is empty. */
  find(topic: string, isPrivate: boolean): Room | undefined {
    return this.#rooms.get(roomKey(topic, isPrivate));
  }

  enter(topic: string, isPrivate: boolean, member: RoomMember): Room {
    const name = roomKey(topic, isPrivate);
    const room = this.#rooms.get(name) ?? new Room(TOPIC_PREFIX + topic);
    this.#rooms.set(name, room);
    room.members.add(member);
    return room;
  }

  leave(topic: string, isPrivate: boolean, key: string, member: RoomMember): void {
    const name = roomKey(topic, isPrivate);
    const room = this.#rooms.get(name);
    if (!room?.members.delete(member)) return;
    room.untrack(key, member);
    if (room.members.size === 0) this.#rooms.delete(name);
  }
}

const roomKey = (topic: string, isPrivate: boolean): string => (isPrivate ? "private:" : "public:") + topic;
