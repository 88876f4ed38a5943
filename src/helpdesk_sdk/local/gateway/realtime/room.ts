/** The channels of one topic, public or private: who gets what is broadcast, and who is present. */

import { Shared } from "./frames.ts";
import { type Diff, Presences, type Tracked } from "./presence.ts";

export const PREFIX = "realtime:";

/** What a room knows of a channel. */
export interface Member {
  readonly mayReadBroadcast: boolean;
  readonly mayReadPresence: boolean;
  /** Send a frame that others get too; what has the id of a replayed message is left out. */
  receive(frame: Shared, messageId?: string): void;
  /** Send who came or went. */
  receivePresence(frame: Shared): void;
}

export class Room {
  readonly members = new Set<Member>();
  readonly presences = new Presences<Member>();

  /** The frames' topic, with its prefix. */
  constructor(readonly topic: string) {}

  broadcast(frame: Shared, except: Member | null = null, messageId?: string): void {
    for (const member of this.members) {
      if (member !== except && member.mayReadBroadcast) member.receive(frame, messageId);
    }
  }

  track(key: string, member: Member, payload: Tracked): void {
    this.#tell(this.presences.track(key, member, payload));
  }

  untrack(key: string, member: Member): void {
    this.#tell(this.presences.untrack(key, member));
  }

  #tell(diff: Diff | null): void {
    if (diff === null) return;
    const frame = Shared.text(this.topic, "presence_diff", diff);
    for (const member of this.members) if (member.mayReadPresence) member.receivePresence(frame);
  }
}

/** All rooms of a project: nothing crosses between public and private ones of the same name. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();

  /** The room of a topic (without the prefix), when anybody is there. */
  find(topic: string, isPrivate: boolean): Room | undefined {
    return this.#rooms.get(nameOf(topic, isPrivate));
  }

  enter(topic: string, isPrivate: boolean, member: Member): Room {
    const name = nameOf(topic, isPrivate);
    const room = this.#rooms.get(name) ?? new Room(PREFIX + topic);
    this.#rooms.set(name, room);
    room.members.add(member);
    return room;
  }

  leave(topic: string, isPrivate: boolean, key: string, member: Member): void {
    const name = nameOf(topic, isPrivate);
    const room = this.#rooms.get(name);
    if (!room?.members.delete(member)) return;
    room.untrack(key, member);
    if (room.members.size === 0) this.#rooms.delete(name);
  }
}

const nameOf = (topic: string, isPrivate: boolean): string => (isPrivate ? "private:" : "public:") + topic;
