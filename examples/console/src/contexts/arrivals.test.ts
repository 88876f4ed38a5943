import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import type { FeedEvent } from "../lib/events.ts";
import { keys } from "../lib/queryKeys.ts";
import { type MessageEntry, type TimelinePage } from "../lib/timeline.ts";
import { expectArrival, showArrival } from "./arrivals.ts";

const { readArrivals } = vi.hoisted(() => ({ readArrivals: vi.fn() }));
vi.mock("../services/timeline.ts", () => ({ readArrivals }));

const message = (sequence: number) => ({ kind: "message", sequence, id: `m${sequence}` }) as MessageEntry;
const event = (id: string, type = "message.created") =>
  ({ type, ticket_id: "t", data: { message_id: id } }) as unknown as FeedEvent;

/** A conversation on the screen with message 1; `whole` counts how often all of it is read. */
async function conversation() {
  const queries = new QueryClient();
  const whole = vi.fn(() => Promise.resolve({ pages: [{ entries: [message(1)], older: null }], pageParams: [null] }));
  const observer = new QueryObserver(queries, {
    queryKey: keys.timelinePages("t"),
    queryFn: whole,
    staleTime: Infinity,
  });
  observer.subscribe(() => {});
  await expect.poll(() => observer.getCurrentResult().data).toBeDefined();
  const shown = () =>
    (observer.getCurrentResult().data as { pages: TimelinePage[] }).pages.flatMap(({ entries }) =>
      entries.map(({ id }) => id)
    );
  return { queries, whole, shown };
}

beforeEach(() => void readArrivals.mockReset());

it("shows a message at its announcement, and the log reads nothing again", async () => {
  const { queries, whole, shown } = await conversation();
  readArrivals.mockResolvedValue({ arrived: [message(2)], isAll: true });
  expectArrival(queries, "t", "message.created");
  await showArrival(queries, event("m2"));
  expect(shown()).toEqual(["m1", "m2"]);
  expect(readArrivals.mock.calls).toEqual([["message", "t", 1]]);
  expect(whole).toHaveBeenCalledTimes(1);
});

it("shows a message whose announcement was lost", async () => {
  const { queries, shown } = await conversation();
  readArrivals.mockResolvedValue({ arrived: [message(2)], isAll: true });
  await showArrival(queries, event("m2"));
  expect(shown()).toEqual(["m1", "m2"]);
});

it("reads all of it when the message is not among the newest, or cannot be read", async () => {
  const { queries, whole } = await conversation();
  readArrivals.mockResolvedValueOnce({ arrived: [message(2)], isAll: false });
  await showArrival(queries, event("m2"));
  await expect.poll(() => whole).toHaveBeenCalledTimes(2);
  readArrivals.mockRejectedValueOnce(new Error("offline"));
  await showArrival(queries, event("m3"));
  await expect.poll(() => whole).toHaveBeenCalledTimes(3);
});

it("reads all of it again when a reading was under way that began before", async () => {
  const { queries, whole } = await conversation();
  const after = { pages: [{ entries: [message(1), message(2)], older: null }], pageParams: [null] };
  const slow = Promise.withResolvers<Awaited<ReturnType<typeof whole>>>();
  whole.mockReturnValueOnce(slow.promise).mockResolvedValueOnce(after);
  void queries.invalidateQueries({ queryKey: keys.timelinePages("t") });
  readArrivals.mockResolvedValue({ arrived: [message(2)], isAll: true });
  await showArrival(queries, event("m2"));
  expect(whole).toHaveBeenCalledTimes(3);
});

it("leaves other events, and conversations that nobody looks at", async () => {
  const { queries } = await conversation();
  expect(showArrival(queries, event("m2", "ticket.tagged"))).toBeNull();
  expectArrival(queries, "t", "ticket.tagged");
  expectArrival(queries, "other", "message.created");
  await Promise.resolve();
  expect(readArrivals).not.toHaveBeenCalled();
});
