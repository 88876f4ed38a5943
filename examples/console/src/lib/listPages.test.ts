import { describe, expect, test } from "vitest";
import { amongNumbers, joinPages, type ListPage, patch } from "./listPages.ts";
import type { ListedTicket } from "./models.ts";

const at = (seconds: string) => `2026-11-29T08:00:${seconds}+00:00`;
const ticket = (id: string, created = "00", rank = 3) =>
  ({ ticket_id: id, priority_rank: rank, created_at: at(created), updated_at: at(created) }) as ListedTicket;
const page = (tickets: ListedTicket[], next: string | null, arrived: ListedTicket[] = []): ListPage => ({
  tickets,
  next,
  arrived,
  warnings: [],
  mark: 0,
});
const ids = (tickets: ListedTicket[]) => tickets.map(({ ticket_id }) => ticket_id);

describe("the filter for some tickets", () => {
  test("is a condition beside a text", () => {
    expect(amongNumbers({ query: "status:open", sort: "priority" }, [4, 7]))
      .toEqual({ query: "status:open number:4,7", sort: "priority" });
    expect(amongNumbers({}, [4])).toEqual({ query: "number:4" });
  });
  test("is a condition beside the tree of a view", () => {
    const tree = { field: "status", op: "is", value: "open" };
    const number = { field: "number", op: "is", value: [4] };
    expect(amongNumbers({ tree }, [4])).toEqual({ tree: { all: [tree, number] } });
    expect(amongNumbers({ tree: {} }, [4])).toEqual({ tree: { all: [number] } });
  });
  test.each(["number:3", "-number:3", "status:open id>5", "x".repeat(510)])("cannot be written for %s", (query) => {
    expect(amongNumbers({ query }, [4])).toBeNull();
  });
});

test("rows that changed are as they are now, or go", () => {
  const changed = new Map([["b", 2], ["c", 3], ["z", 9]]);
  const now = ticket("b", "00", 1);
  expect(patch([ticket("a"), ticket("b"), ticket("c")], changed, new Map([["b", now]]))).toEqual([ticket("a"), now]);
});

describe("pages as one list", () => {
  test("have each ticket once, as it was read last", () => {
    const rows = joinPages(
      [page([ticket("a", "01")], "x"), page([ticket("a", "01", 3), ticket("b", "02")], "y")],
      "created_at",
    );
    expect(ids(rows)).toEqual(["a", "b"]);
  });
  test("have what arrived where it belongs", () => {
    const rows = [ticket("b", "02"), ticket("d", "04")];
    expect(ids(joinPages([page(rows, "x", [ticket("c", "03"), ticket("e", "05")])], "created_at")))
      .toEqual(["b", "c", "d"]);
    expect(ids(joinPages([page(rows, null, [ticket("c", "03"), ticket("e", "05")])], "created_at")))
      .toEqual(["b", "c", "d", "e"]);
    expect(ids(joinPages([page([], null, [ticket("c")])], "priority"))).toEqual(["c"]);
  });
  test("are in the order of the database", () => {
    const rows = [ticket("a", "01", 2), ticket("b", "02", 1), ticket("c", "01.5", 2), ticket("d", "01.25", 2)];
    expect(ids(joinPages([page(rows, null)], "priority"))).toEqual(["b", "a", "d", "c"]);
    expect(ids(joinPages([page(rows, null)], "-created_at"))).toEqual(["b", "c", "d", "a"]);
    expect(ids(joinPages([page([ticket("a"), ticket("b")], null)], "-updated_at"))).toEqual(["b", "a"]);
  });
});
