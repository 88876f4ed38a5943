import { describe, expect, it } from "vitest";
import {
  addDescriptions,
  appendEntries,
  type EventEntry,
  groupEvents,
  joinPages,
  lastChange,
  lastPlace,
  mergePage,
  type MessageEntry,
  messagesAfter,
  newestMessage,
  type TimelineEntry,
} from "./timeline.ts";

const common = { at: "2026-11-29T08:00:00Z", ticketId: "t", authorId: null };

function message(sequence: number): MessageEntry {
  const rest = { authorName: "Ana", authorKind: "customer", body: "text", redactedAt: null };
  return { ...common, ...rest, kind: "message", sequence, id: `m${sequence}` };
}

function event(sequence: number, changes: Record<string, unknown> = {}, authorName = "Bo"): EventEntry {
  return {
    ...common,
    kind: "event",
    sequence,
    id: `e${sequence}`,
    authorName,
    type: "ticket.updated",
    data: { changes },
  };
}

const order = (entries: TimelineEntry[]) => entries.map(({ sequence }) => sequence);

describe("mergePage", () => {
  it("is everything when no list is full", () => {
    const page = mergePage([[message(1), message(4)], [], [event(2), event(3)]], 3);
    expect(order(page.entries)).toEqual([1, 2, 3, 4]);
    expect(page.older).toBeNull();
  });

  it("begins behind the gap of a full list, so that the next page misses nothing", () => {
    const all = [message(1), event(2), event(3), message(5), event(6), event(7), event(8)];
    const read = (before: number, limit = 3) => {
      const kinds = ["message", "event"].map((kind) =>
        all.filter((entry) => entry.kind === kind && entry.sequence < before).slice(-limit)
      );
      return mergePage(kinds, limit);
    };
    const pages = [read(Infinity)];
    while (pages[0]!.older !== null) pages.unshift(read(pages[0]!.older));
    expect(order(pages.at(-1)!.entries)).toEqual([6, 7, 8]);
    expect(order(joinPages(pages))).toEqual([1, 2, 3, 5, 6, 7, 8]);
  });

  it("is empty without entries", () => {
    expect(mergePage([[], [], []], 50)).toEqual({ entries: [], older: null });
  });
});

describe("what comes to a conversation", () => {
  const newest = { entries: [message(5), event(6), message(8), event(9)], older: 5 };

  it("is behind the newest of its kind, or behind the gap before the page", () => {
    expect(lastPlace(newest, "message")).toBe(8);
    expect(lastPlace(newest, "note")).toBe(4);
    expect(lastPlace({ entries: [event(1)], older: null }, "message")).toBe(-1);
  });

  it("is put in its place on the newest page, once", () => {
    const pages = appendEntries([newest, { entries: [message(2)], older: null }], [
      message(8),
      message(7),
      message(10),
    ]);
    expect(pages.map(({ entries }) => order(entries))).toEqual([[5, 6, 7, 8, 9, 10], [2]]);
  });

  it("leaves the pages as they are when they have it", () => {
    const pages = [newest];
    expect(appendEntries(pages, [message(8)])).toBe(pages);
    expect(appendEntries([], [message(8)])).toEqual([]);
  });
});

it("joins pages that overlap without repetition", () => {
  const page = (...entries: TimelineEntry[]) => ({ entries, older: null });
  expect(order(joinPages([page(message(3), message(4)), page(message(1), message(3))]))).toEqual([1, 3, 4]);
});

it("shows the description of a merged ticket behind the event that opened it", () => {
  const opened = { ...event(2), type: "ticket.created", ticketId: "merged" };
  const merged = [{ ticket_id: "merged", description: "It burns", created_by: "u1" }, {
    ticket_id: "other",
    description: "",
    created_by: "u1",
  }];
  const entries = addDescriptions([{ ...event(1), type: "ticket.created" }, opened, message(3)], merged);
  expect(entries.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    "event e1",
    "event e2",
    "message merged-description",
    "message m3",
  ]);
  expect(entries[2]).toMatchObject({ body: "It burns", isDescription: true, ticketId: "merged" });
});

it("groups events that follow each other", () => {
  const items = groupEvents([event(1), event(2), message(3), event(4)]);
  expect(items.map((item) => item.kind === "events" ? item.events.length : item.kind)).toEqual([2, "message", 1]);
});

describe("messages behind the one that was seen", () => {
  const entries = [message(1), event(2), message(3), message(4)];
  it("is the rest", () => expect(order(messagesAfter(entries, "m1"))).toEqual([3, 4]));
  it("is nothing behind the newest", () => expect(messagesAfter(entries, "m4")).toEqual([]));
  it("is all when none was seen", () => expect(order(messagesAfter(entries, null))).toEqual([1, 3, 4]));
  it("ends with the newest", () => expect(newestMessage(entries)?.id).toBe("m4"));
  it("has no newest without messages", () => expect(newestMessage([event(1)])).toBeNull());
});

it("names who changed a field last", () => {
  const entries = [
    event(1, { priority: ["low", "medium"] }, "Ana"),
    event(2, { priority: ["medium", "high"] }, "Bo"),
    event(3, { custom_fields: [{ plan: "free" }, { plan: "pro", seats: 3 }] }, "Chiara"),
  ];
  expect(lastChange(entries, "priority")?.by).toBe("Bo");
  expect(lastChange(entries, "custom_fields.seats")?.by).toBe("Chiara");
  expect(lastChange(entries, "title")).toBeNull();
});
