import { isLater } from "./cursors.ts";
import type { Announcement, FeedEvent } from "./events.ts";

const MOST = 1_000;

/**
 * Announcements whose events the log has not given. Once it was read past them, they are about what is no longer the
 * person's to read, or never was.
 */
export class AnnouncedOnly {
  #unread = new Map<string, Announcement>();

  /** Returns false when there are too many: nobody knows any more what was announced. */
  receive(given: Announcement, cursor: string | null): boolean {
    if (cursor === null || isLater(given.cursor, cursor)) this.#unread.set(given.cursor, given);
    if (this.#unread.size <= MOST) return true;
    this.#unread.clear();
    return false;
  }

  /** The log was read up to a cursor and gave these events. Returns what else was announced up to there. */
  passed(events: readonly FeedEvent[], cursor: string): Announcement[] {
    for (const event of events) this.#unread.delete(event.cursor);
    const past = [...this.#unread.values()].filter((one) => !isLater(one.cursor, cursor));
    for (const one of past) this.#unread.delete(one.cursor);
    return past;
  }
}
