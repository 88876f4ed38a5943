// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import { keys } from "../lib/queryKeys.ts";
import { useNextTicket } from "./useNextTicket.ts";

afterEach(cleanup);

function start(ticketId: string, lists: string[][]) {
  const queries = new QueryClient();
  const fill = (name: number, ids: string[]) =>
    queries.setQueryData(keys.list({ query: String(name) }), {
      pages: [{ tickets: ids.map((ticket_id) => ({ ticket_id })) }],
      pageParams: [null],
    }, { updatedAt: name + 1 });
  lists.forEach((ids, name) => fill(name, ids));
  queries.setQueryData(keys.list({ requester: "u1" }), [{ ticket_id: ticketId }]);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return { find: renderHook(() => useNextTicket(ticketId), { wrapper }).result, fill };
}

it("is the one behind it in the list that was read last", () => {
  expect(start("b", [["a", "b", "c"], ["b", "d"]]).find.current()).toBe("d");
});

it("is none at the end, and none without a list", () => {
  expect(start("c", [["a", "b", "c"]]).find.current()).toBeNull();
  expect(start("x", [["a", "b"]]).find.current()).toBeNull();
});

it("is still known when the ticket has left the list", () => {
  const { find, fill } = start("b", [["a", "b", "c"]]);
  fill(0, ["a", "c"]);
  expect(find.current()).toBe("c");
});
