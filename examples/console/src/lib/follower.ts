import { isLater } from "./cursors.ts";
import { toHelpdeskError } from "./errors.ts";
import type { Announcement, EventPage, FeedEvent } from "./events.ts";
import { AnnouncedOnly } from "./announcedOnly.ts";

export type LiveState = "connecting" | "live" | "offline";

/** What a follower needs of the world: requests, channels, and whether the tab is seen. */
export type FollowerPorts = {
  readHead(): Promise<string>;
  readPage(after: string): Promise<EventPage>;
  /** Join a channel; returns how to leave it. */
  join(topic: string, onAnnouncement: (given: Announcement) => void, onState: (isJoined: boolean) => void): () => void;
  isHidden(): boolean;
  onEvents(events: FeedEvent[]): void;
  /** Events that were announced, and that the person may not read: a ticket has left a team, a field was changed. */
  onAnnouncedOnly(announced: Announcement[]): void;
  /** Announcements may have been lost, and the log does not give all that they say. */
  onReturn(): void;
  /** Events were skipped, or may have been: everything that was read may be old. */
  onGap(): void;
  /** Somebody's role, teams or activity changed; perhaps the person's own. */
  onAccessChanged(): void;
  onState(state: LiveState): void;
};

/** Without announcements the log is read this often: an announcement may be lost. */
const POLL = 15_000;
/** An announced event cannot be read yet while an older transaction is open: asked again after 100 ms, then rarer. */
const HELD_BACK = 100, HELD_BACK_LONGEST = 2_000, MAX_PAGES = 6;
const SLOW_READ = 150, SHORT_WAIT = 250, LONG_WAIT = 2_000, QUIET = 1_000;

/**
 * Follows the event log: announcements wake it, the log has the events.
 *
 * Many people listen to one queue. If all read the log at once, the database is busy with them and not with who wrote.
 * So after the first event of a quiet second everybody waits for a random time: the more is announced, the longer.
 */
export class Follower {
  #cursor: string | null;
  #announced = "0.0";
  #announcedAt = 0;
  #rate = 0; // events a second: each counts less as it grows older
  #announcedOnly = new AnnouncedOnly();
  #channels = new Map<string, () => void>();
  #joined = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity;
  #isReading = false;
  #wakesAgain: "no" | "soon" | "now" = "no";
  #lastRead = 0;
  #slowness = 1;
  #heldBack = 0;
  #failures = 0;
  #isStopped = false;
  #state: LiveState = "connecting";
  #hasLived = false;

  /** `cursor`: where to begin; null for this moment, and what was read before counts as old. */
  constructor(private readonly ports: FollowerPorts, cursor: string | null = null) {
    this.#cursor = cursor;
  }

  /** Listen to these topics, and to no others. */
  setTopics(topics: Iterable<string>): void {
    const wanted = new Set(topics);
    for (const [topic, leave] of this.#channels) {
      if (wanted.has(topic)) continue;
      this.#channels.delete(topic);
      this.#joined.delete(topic);
      leave();
    }
    for (const topic of wanted) {
      if (this.#channels.has(topic)) continue;
      this.#channels.set(
        topic,
        this.ports.join(topic, (given) => this.announce(given), (isJoined) => {
          if (isJoined) this.#joined.add(topic);
          else this.#joined.delete(topic);
          this.#showState();
          if (isJoined) this.wake(true); // the log has what happened before
        }),
      );
    }
    this.#showState();
    this.wake(true);
  }

  /** An announcement of an event; `isUrgent` when it is about what the person looks at. */
  announce(given: Announcement, isUrgent = false): void {
    const { cursor, changes_access } = given, now = Date.now();
    if (isLater(cursor, this.#announced)) {
      this.#announced = cursor;
      this.#rate = 1 + this.#rate * Math.exp((this.#announcedAt - now) / 1_000);
      this.#announcedAt = now;
    }
    if (!this.#announcedOnly.receive(given, this.#cursor)) this.ports.onReturn();
    if (changes_access) this.ports.onAccessChanged();
    this.wake(isUrgent);
  }

  /** Read the log soon; at once when it is urgent. A hidden tab reads when it is seen again. */
  wake(isUrgent = false): void {
    if (this.#isStopped || this.ports.isHidden()) return;
    if (this.#isReading) {
      if (this.#wakesAgain !== "now") this.#wakesAgain = isUrgent ? "now" : "soon";
      return;
    }
    const now = Date.now(), isQuiet = now - this.#lastRead > QUIET;
    // By chance once for a read, not with each announcement: the shortest of many waits is short.
    const delay = isUrgent || isQuiet ? 0 : Math.random() * this.#wait;
    if (isUrgent || this.#dueAt > now + this.#wait) this.#schedule(delay);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const leave of this.#channels.values()) leave();
    this.#channels.clear();
  }

  get #wait(): number {
    return Math.min(SHORT_WAIT * Math.max(1, this.#rate) * this.#slowness, LONG_WAIT);
  }

  /** An earlier time wins. */
  #schedule(delay: number): void {
    const at = Date.now() + delay;
    if (at >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => this.#read(), delay);
  }

  async #read(): Promise<void> {
    this.#dueAt = Infinity;
    if (this.#isStopped || this.ports.isHidden()) return;
    this.#isReading = true;
    this.#wakesAgain = "no";
    const began = Date.now();
    let next: number;
    try {
      await this.#catchUp();
      this.#failures = 0;
      this.#slowness = Date.now() - began > SLOW_READ ? Math.min(2 * this.#slowness, LONG_WAIT / SHORT_WAIT) : 1;
      this.#heldBack = this.#isHeldBack() ? Math.min(2 * this.#heldBack || HELD_BACK, HELD_BACK_LONGEST) : 0;
      next = this.#heldBack || POLL;
    } catch (thrown) {
      const { reason } = toHelpdeskError(thrown);
      // The cursor is from before the database was restored.
      if (reason === "cursor_ahead" || reason === "log_restored") this.#cursor = null;
      this.#failures++;
      next = Math.min(1_000 * 2 ** (this.#failures - 1), POLL);
    }
    this.#isReading = false;
    this.#lastRead = Date.now();
    if (this.#isStopped) return;
    this.#showState();
    this.#schedule(next);
    if (this.#failures > 0 || this.#wakesAgain === "no") return;
    this.#schedule(this.#wakesAgain === "now" ? 0 : Math.random() * this.#wait);
  }

  async #catchUp(): Promise<void> {
    if (this.#cursor === null) {
      this.#cursor = await this.ports.readHead();
      this.ports.onGap(); // what was read before this moment may be older
    }
    for (let pages = 1, more = true; more; pages++) {
      if (pages > MAX_PAGES) {
        // A long absence: reading everything anew costs less than the log.
        this.#cursor = await this.ports.readHead();
        this.ports.onGap();
        return;
      }
      const page = await this.ports.readPage(this.#cursor);
      if (this.#isStopped) return;
      if (page.items.length > 0) this.ports.onEvents(page.items);
      this.#cursor = page.cursor; // also of an empty page: past events that the person may not see
      const unread = this.#announcedOnly.passed(page.items, page.cursor);
      if (unread.length > 0) this.ports.onAnnouncedOnly(unread);
      more = page.more;
    }
  }

  #isHeldBack(): boolean {
    return this.#cursor !== null && isLater(this.#announced, this.#cursor);
  }

  #showState(): void {
    const isJoined = this.#channels.size > 0 && this.#joined.size === this.#channels.size;
    const state = this.#failures > 0 ? "offline" : isJoined && this.#cursor !== null ? "live" : "connecting";
    if (state === this.#state) return;
    this.#state = state;
    this.ports.onState(state);
    if (state !== "live") return;
    if (this.#hasLived) this.ports.onReturn();
    this.#hasLived = true;
  }
}
