import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HelpdeskError } from "./errors.ts";
import type { Announcement, EventPage, FeedEvent } from "./events.ts";
import { Follower, type FollowerPorts } from "./follower.ts";

const event = (id: number, type = "message.created") =>
  ({ cursor: `1.${id}`, event_id: id, type, ticket_id: "t", data: {} }) as FeedEvent;
const announcement = (id: number, given: Partial<Announcement> = {}): Announcement => ({
  cursor: `1.${id}`,
  type: "message.created",
  changes_access: false,
  ticket_id: "t",
  ticket_number: 1,
  ...given,
});

class World implements FollowerPorts {
  log: FeedEvent[] = [];
  readable = Infinity;
  head = "1.0";
  reads = 0;
  seen: number[] = [];
  states: string[] = [];
  gaps = 0;
  moves = 0;
  hidden = false;
  failure: HelpdeskError | null = null;
  latency = 0;
  /** Where a page ends, past events that the person may not see. */
  passed: string | null = null;
  joined = new Map<string, { announce: (given: Announcement) => void; state: (isJoined: boolean) => void }>();

  async readHead() {
    if (this.failure) throw this.failure;
    return await Promise.resolve(this.head);
  }
  async readPage(after: string): Promise<EventPage> {
    this.reads++;
    if (this.latency) await new Promise((resolve) => setTimeout(resolve, this.latency));
    if (this.failure) throw this.failure;
    const from = Number(after.split(".")[1]);
    const rest = this.log.filter(({ event_id }) => event_id > from && event_id <= this.readable);
    const items = rest.slice(0, 2);
    return { items, cursor: this.passed ?? items.at(-1)?.cursor ?? after, more: rest.length > 2 };
  }
  join(topic: string, announce: (given: Announcement) => void, state: (isJoined: boolean) => void) {
    this.joined.set(topic, { announce, state });
    return () => this.joined.delete(topic);
  }
  isHidden = () => this.hidden;
  onEvents = (events: FeedEvent[]) => this.seen.push(...events.map(({ event_id }) => event_id));
  announcedOnly: string[] = [];
  returns = 0;
  onAnnouncedOnly = (announced: Announcement[]) => this.announcedOnly.push(...announced.map(({ cursor }) => cursor));
  onReturn = () => this.returns++;
  onGap = () => this.gaps++;
  onAccessChanged = () => this.moves++;
  onState = (state: string) => this.states.push(state);
  announce(id: number, given: Partial<Announcement> = {}) {
    this.log.push(event(id));
    for (const { announce } of this.joined.values()) announce(announcement(id, given));
  }
}

let world: World, follower: Follower;
beforeEach(async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.8);
  world = new World();
  follower = new Follower(world);
  follower.setTopics(["helpdesk:user:u"]);
  world.joined.get("helpdesk:user:u")!.state(true);
  await vi.advanceTimersByTimeAsync(1);
});
afterEach(() => {
  follower.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("begins at the head of the log, refreshes what was read before, and is live", () => {
  expect(world.states).toEqual(["live"]);
  expect(world.gaps).toBe(1);
});

it("begins where it is told to, and then nothing that was read before is old", async () => {
  const other = new World();
  other.log = [event(1), event(2)];
  const behind = new Follower(other, "1.1");
  behind.setTopics(["helpdesk:user:u"]);
  await vi.advanceTimersByTimeAsync(1);
  behind.stop();
  expect([other.seen, other.gaps]).toEqual([[2], 0]);
});

describe("when to read", () => {
  it("reads at once after a quiet second, then after a random wait", async () => {
    await vi.advanceTimersByTimeAsync(1_100);
    world.announce(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.seen).toEqual([1]);
    world.announce(2);
    await vi.advanceTimersByTimeAsync(390);
    expect(world.seen).toEqual([1]);
    await vi.advanceTimersByTimeAsync(15);
    expect(world.seen).toEqual([1, 2]);
  });

  it("reads no more often the more is announced", async () => {
    await vi.advanceTimersByTimeAsync(1_100);
    const before = world.reads;
    for (let id = 1; id <= 40; id++) {
      world.announce(id);
      await vi.advanceTimersByTimeAsync(250);
    }
    // A read has two events here, and goes on where there are more.
    const rounds = world.reads - before - 20;
    expect(rounds).toBeLessThan(12);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(world.seen).toEqual(world.log.map(({ event_id }) => event_id));
  });

  it("reads at once what the person looks at", async () => {
    world.log.push(event(1));
    follower.announce(announcement(1), true);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.seen).toEqual([1]);
  });

  it("makes one read of many announcements", async () => {
    const before = world.reads;
    for (let id = 1; id <= 2; id++) world.announce(id);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.reads - before).toBe(1);
    expect(world.seen).toEqual([1, 2]);
  });

  it("waits longer while reads are slow", async () => {
    world.latency = 200;
    await vi.advanceTimersByTimeAsync(1_100);
    world.announce(1);
    await vi.advanceTimersByTimeAsync(210);
    world.announce(2);
    await vi.advanceTimersByTimeAsync(720);
    expect(world.seen).toEqual([1]);
    await vi.advanceTimersByTimeAsync(215);
    expect(world.seen).toEqual([1, 2]);
  });

  it("folds what comes during a read into the next read", async () => {
    world.latency = 50;
    await vi.advanceTimersByTimeAsync(1_100);
    world.announce(1);
    await vi.advanceTimersByTimeAsync(10);
    world.announce(2);
    world.announce(3);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(world.seen).toEqual([1, 2, 3]);
  });

  it("reads nothing while the tab is hidden, and everything when it is seen again", async () => {
    world.hidden = true;
    const before = world.reads;
    world.announce(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.reads).toBe(before);
    world.hidden = false;
    follower.wake(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.seen).toEqual([1]);
  });

  it("finds an event whose announcement was lost", async () => {
    world.log.push(event(1));
    await vi.advanceTimersByTimeAsync(15_100);
    expect(world.seen).toEqual([1]);
  });

  it("asks again soon for an event that an older transaction holds back", async () => {
    world.readable = 0;
    await vi.advanceTimersByTimeAsync(1_100);
    world.announce(1);
    await vi.advanceTimersByTimeAsync(1);
    world.readable = 1;
    await vi.advanceTimersByTimeAsync(100);
    expect(world.seen).toEqual([1]);
  });
});

describe("a lost connection", () => {
  it("is shown, repeated, and followed by what was missed: each event once", async () => {
    world.failure = new HelpdeskError({ message: "no connection" });
    for (let id = 1; id <= 5; id++) world.announce(id);
    await vi.advanceTimersByTimeAsync(3_500);
    expect(world.states.at(-1)).toBe("offline");
    world.failure = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.states.at(-1)).toBe("live");
    expect(world.seen).toEqual([1, 2, 3, 4, 5]);
  });

  it("reads the log when a channel is joined again", async () => {
    world.joined.get("helpdesk:user:u")!.state(false);
    expect(world.states.at(-1)).toBe("connecting");
    world.log.push(event(1));
    world.joined.get("helpdesk:user:u")!.state(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.seen).toEqual([1]);
    expect(world.states.at(-1)).toBe("live");
  });

  it("begins anew after a long absence", async () => {
    for (let id = 1; id <= 50; id++) world.log.push(event(id));
    world.head = "1.50";
    follower.wake(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.gaps).toBe(2);
    world.announce(51);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.seen.at(-1)).toBe(51);
  });

  it("begins anew when the database was restored", async () => {
    world.failure = new HelpdeskError({ message: "", details: "helpdesk.cursor_ahead", status: 409 });
    follower.wake(true);
    await vi.advanceTimersByTimeAsync(1);
    world.failure = null;
    await vi.advanceTimersByTimeAsync(1_100);
    expect(world.gaps).toBe(2);
  });
});

describe("what is announced and not in the log", () => {
  it("is told once the log was read past it", async () => {
    await vi.advanceTimersByTimeAsync(1_100);
    const { announce } = world.joined.get("helpdesk:user:u")!;
    announce(announcement(1));
    announce(announcement(3));
    world.log.push(event(2));
    world.passed = "1.2";
    await vi.advanceTimersByTimeAsync(300);
    expect([world.seen, world.announcedOnly]).toEqual([[2], ["1.1"]]);
    world.passed = "1.3";
    await vi.advanceTimersByTimeAsync(3_000);
    expect(world.announcedOnly).toEqual(["1.1", "1.3"]);
  });

  it("is nothing when the log has it", async () => {
    for (let id = 1; id <= 5; id++) world.announce(id);
    await vi.advanceTimersByTimeAsync(2_000);
    expect([world.seen.length, world.announcedOnly]).toEqual([5, []]);
  });

  it("may have been lost when a channel is joined again, and not before it was joined at all", async () => {
    expect(world.returns).toBe(0);
    world.joined.get("helpdesk:user:u")!.state(false);
    expect(world.returns).toBe(0);
    world.joined.get("helpdesk:user:u")!.state(true);
    expect(world.returns).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
  });

  it("is not kept without end while a tab is hidden", async () => {
    world.hidden = true;
    for (let id = 1; id <= 1_001; id++) world.joined.get("helpdesk:user:u")!.announce(announcement(id));
    expect(world.returns).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
  });
});

it("says so when somebody's rights changed, and changes its topics", async () => {
  world.announce(1, { changes_access: true });
  expect(world.moves).toBe(1);
  follower.setTopics(["helpdesk:user:u", "helpdesk:team:x"]);
  expect([...world.joined.keys()]).toEqual(["helpdesk:user:u", "helpdesk:team:x"]);
  follower.setTopics(["helpdesk:team:x"]);
  expect([...world.joined.keys()]).toEqual(["helpdesk:team:x"]);
  await vi.advanceTimersByTimeAsync(1_000);
});

it("stops", async () => {
  follower.stop();
  const before = world.reads;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(world.reads).toBe(before);
  expect(world.joined.size).toBe(0);
});
