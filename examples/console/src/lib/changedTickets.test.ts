import { expect, test } from "vitest";
import { ChangedTickets } from "./changedTickets.ts";
import type { FeedEvent } from "./events.ts";

const event = (number: number | null, type = "ticket.updated", data = {}) =>
  ({ type, ticket_id: number === null ? null : `t${number}`, ticket_number: number, data }) as FeedEvent;

function changes(): ChangedTickets {
  const made = new ChangedTickets();
  made.isComplete = true;
  return made;
}

test("what changed after a mark, each ticket once", () => {
  const changed = changes();
  changed.note([event(1)]);
  const mark = changed.mark();
  changed.note([event(2), event(3), event(2)]);
  expect([...changed.since(mark)!]).toEqual([["t2", 2], ["t3", 3]]);
  expect(changed.since(changed.mark())!.size).toBe(0);
});

test.each([
  ["without all events", (changed: ChangedTickets) => void (changed.isComplete = false)],
  ["after a gap", (changed: ChangedTickets) => changed.forget()],
  ["after a team changed", (changed: ChangedTickets) => changed.note([event(null, "team.deleted")])],
  ["after more than are kept", (changed: ChangedTickets) => changed.note(Array.from({ length: 1001 }, () => event(1)))],
])("%s nothing can be said", (_, happen) => {
  const changed = changes(), mark = changed.mark();
  happen(changed);
  expect(changed.since(mark)).toBeNull();
});

test("after a gap, it begins anew; an event that changes no list is no gap", () => {
  const changed = changes();
  changed.forget();
  const mark = changed.mark();
  changed.note([event(null, "field.created"), event(4)]);
  expect([...changed.since(mark)!]).toEqual([["t4", 4]]);
});

test("after a merge, both tickets have changed: each has an event", () => {
  const changed = changes(), mark = changed.mark(), data = { source_id: "t1", target_id: "t9" };
  changed.note([event(1, "ticket.merged", data), event(9, "ticket.merged", data)]);
  expect([...changed.since(mark)!]).toEqual([["t1", 1], ["t9", 9]]);
});
