import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { keys } from "../lib/queryKeys.ts";
import { keepRecent } from "./useRecentTickets.ts";

test("what was read of the last twenty tickets is kept, and of those that somebody looks at", () => {
  const queries = new QueryClient();
  const leave = new QueryObserver(queries, { queryKey: keys.timelinePages("t3"), enabled: false }).subscribe(() => {});
  queries.setQueryData(keys.list({ query: "status:open" }), []);
  const open = (number: number) => {
    const id = `t${number}`;
    for (const key of [keys.ticket(id), keys.timelinePages(id), keys.proposals(id)]) queries.setQueryData(key, [id]);
    keepRecent(queries, id);
  };
  for (let number = 1; number <= 20; number++) open(number);
  open(1); // once more: the oldest is the second
  for (let number = 21; number <= 23; number++) open(number);
  const kept = (number: number) =>
    [keys.ticket, keys.timelinePages, keys.proposals].map((key) =>
      queries.getQueryData(key(`t${number}`)) !== undefined
    );
  expect(kept(1)).toEqual([true, true, true]);
  expect(kept(2)).toEqual([false, false, false]);
  expect(kept(3)).toEqual([false, true, false]);
  expect(kept(4)).toEqual([false, false, false]);
  expect(kept(5)).toEqual([true, true, true]);
  expect(queries.getQueryData(keys.list({ query: "status:open" }))).toEqual([]);
  leave();
});
