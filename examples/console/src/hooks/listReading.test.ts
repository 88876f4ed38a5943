import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { changedTickets } from "../lib/changedTickets.ts";
import type { ListFilter } from "../lib/listFilter.ts";
import type { ListedTicket } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import { listOptions } from "./listReading.ts";

type Row = Pick<ListedTicket, "ticket_id" | "number" | "status" | "created_at">;

const PAGE = 50, PAGES = 20;
const { asked, tickets } = vi.hoisted(() => ({ asked: [] as string[], tickets: [] as Row[] }));

/** The database: tickets with the status open, the newest first, in pages. */
vi.mock("../services/lists.ts", () => ({
  queryTickets: (filter: ListFilter, cursor: string | null) => {
    asked.push(`${filter.query} ${cursor ?? "-"}`);
    const numbers = /number:([\d,]+)/.exec(filter.query ?? "")?.[1]?.split(",").map(Number);
    const found = tickets.filter(({ number, status }) => status === "open" && (!numbers || numbers.includes(number)));
    const start = Number(cursor ?? 0), end = start + PAGE;
    const next = !numbers && end < found.length ? String(end) : null;
    return Promise.resolve({ tickets: found.slice(start, end), next, warnings: [] });
  },
}));

const filter = { query: "status:open" };
const event = (number: number, type: string, data = {}) => ({
  type,
  ticket_id: `t${number}`,
  ticket_number: number,
  data,
});
let queries: QueryClient, leave: () => void;

/** A list on the screen, with twenty pages. */
beforeEach(async () => {
  tickets.splice(0, tickets.length, ...Array.from({ length: PAGE * (PAGES + 1) }, (_, at) => row(5000 - at)));
  changedTickets.isComplete = true;
  queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  const list = new InfiniteQueryObserver(queries, listOptions(filter));
  leave = list.subscribe(() => {});
  await list.refetch();
  for (let page = 2; page <= PAGES; page++) await list.fetchNextPage();
  expect(shown()).toHaveLength(PAGE * PAGES);
  asked.length = 0;
});
afterEach(() => leave());

function row(number: number): Row {
  return { ticket_id: `t${number}`, number, status: "open", created_at: `2026-11-29T08:00:00.${number}` };
}

function shown(): ListedTicket[] {
  const { pages } = queries.getQueryData<{ pages: { tickets: ListedTicket[]; arrived: ListedTicket[] }[] }>(
    keys.list(filter),
  )!;
  return pages.flatMap((page) => [...page.arrived, ...page.tickets]);
}

async function change(number: number, status: Row["status"], type = "ticket.status_changed"): Promise<void> {
  tickets.find((one) => one.number === number)!.status = status;
  changedTickets.note([event(number, type)]);
  await queries.invalidateQueries({ queryKey: keys.lists() });
}

test.each([["of the first page", 4999], ["in the middle", 4500]])(
  "a ticket %s that leaves is one request",
  async (_, n) => {
    await change(n, "resolved");
    expect(asked).toEqual([`status:open number:${n} -`]);
    expect(shown().some(({ number }) => number === n)).toBe(false);
    expect(shown()).toHaveLength(PAGE * PAGES - 1);
  },
);

test("a ticket that comes back is one request", async () => {
  await change(4500, "resolved");
  asked.length = 0;
  await change(4500, "open");
  expect(asked).toEqual(["status:open number:4500 -"]);
  expect(shown()).toHaveLength(PAGE * PAGES);
});

test("ten changes at once are a request for each page that has some of them", async () => {
  const numbers = [4999, 4998, 4997, 4996, 4700, 4699, 4698, 4697, 4300, 4299];
  for (const number of numbers) tickets.find((one) => one.number === number)!.status = "pending";
  changedTickets.note(numbers.map((number) => event(number, "ticket.status_changed")));
  await queries.invalidateQueries({ queryKey: keys.lists() });
  expect(asked).toEqual([
    "status:open number:4999,4998,4997,4996 -",
    "status:open number:4700,4699,4698,4697 -",
    "status:open number:4300,4299 -",
  ]);
});

test("a merge is a request for each of its tickets, and what changed no ticket is none", async () => {
  tickets.find((one) => one.number === 4500)!.status = "closed";
  const data = { source_id: "t4500", target_id: "t4100" };
  changedTickets.note([event(4500, "ticket.merged", data), event(4100, "ticket.merged", data)]);
  await queries.invalidateQueries({ queryKey: keys.lists() });
  expect(asked).toEqual(["status:open number:4500 -", "status:open number:4100 -"]);
  asked.length = 0;
  await queries.invalidateQueries({ queryKey: keys.lists() });
  expect(asked).toEqual([]);
});

test("after a gap all pages are read", async () => {
  changedTickets.forget();
  await queries.invalidateQueries({ queryKey: keys.lists() });
  expect(asked).toHaveLength(PAGES);
});
