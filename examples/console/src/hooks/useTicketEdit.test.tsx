// @vitest-environment jsdom
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HelpdeskError } from "../lib/errors.ts";
import type { TicketDetails } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";

// The database: one ticket, with the rule of revisions. `before` happens before the next edit arrives.
let row: TicketDetails;
let before: (() => void | Promise<void>) | null = null;
const stale = new HelpdeskError({ message: "stale", details: "helpdesk.stale_revision", status: 409 });
const editTicket = vi.fn(async (_id: string, revision: number, changes: Partial<TicketDetails>) => {
  const happens = before;
  before = null;
  await happens?.();
  if (revision !== row.revision) throw stale;
  row = { ...row, ...changes, revision: row.revision + 1 };
});
vi.mock("../services/tickets.ts", () => ({
  readTicket: () => Promise.resolve(row),
  editTicket,
  assignTicket: (id: string, assigned_to: string, revision: number) => editTicket(id, revision, { assigned_to }),
}));
const { useTicketEdit } = await import("./useTicketEdit.ts");

const somebodySets = (changes: Partial<TicketDetails>) => {
  row = { ...row, ...changes, revision: row.revision + 1 };
};

function start() {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(keys.ticket("t1"), row);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return renderHook(() => {
    const { data } = useQuery<TicketDetails>({ queryKey: keys.ticket("t1"), queryFn: () => Promise.resolve(row) });
    return useTicketEdit(data!);
  }, { wrapper });
}

beforeEach(() => {
  row = {
    ticket_id: "t1",
    revision: 1,
    priority: "low",
    title: "A",
    status: "open",
    custom_fields: {},
  } as TicketDetails;
  before = null;
  editTicket.mockClear();
});
afterEach(cleanup);

it("shows edits at once, also one that waits for another", async () => {
  let arrive = () => {};
  before = () => new Promise((resolve) => arrive = resolve);
  const { result } = start();
  act(() => void result.current.edit({ priority: "high" }));
  act(() => void result.current.edit({ title: "B" }));
  expect(result.current.shown).toMatchObject({ priority: "high", title: "B", revision: 1 });
  await waitFor(() => expect(editTicket).toHaveBeenCalledTimes(1));
  arrive();
  await waitFor(() => expect(result.current.isBusy).toBe(false));
  expect(row).toMatchObject({ priority: "high", title: "B", revision: 3 });
  expect(editTicket.mock.calls.map(([, revision]) => revision)).toEqual([1, 2]);
  expect(result.current.shown).toMatchObject({ priority: "high", title: "B", revision: 3 });
});

it("sends again what nobody else has changed", async () => {
  before = () => somebodySets({ title: "Theirs" });
  const { result } = start();
  await act(() => result.current.edit({ priority: "high" }));
  expect(row).toMatchObject({ priority: "high", title: "Theirs", revision: 3 });
  expect(result.current.conflicts).toEqual([]);
  expect(result.current.shown.title).toBe("Theirs");
});

it("overwrites nothing without a choice", async () => {
  before = () => somebodySets({ priority: "urgent" });
  const { result } = start();
  await act(() => result.current.edit({ priority: "high", status: "pending" }));
  expect(row).toMatchObject({ priority: "urgent", status: "pending" });
  const [conflict] = result.current.conflicts;
  expect(conflict).toEqual({ field: "priority", mine: "high", theirs: "urgent" });

  act(() => result.current.settle("mine", [conflict!]));
  await waitFor(() => expect(row.priority).toBe("high"));
  expect(result.current.conflicts).toEqual([]);
});

it("keeps theirs", async () => {
  before = () => somebodySets({ priority: "urgent" });
  const { result } = start();
  await act(() => result.current.edit({ priority: "high" }));
  act(() => result.current.settle("theirs", [...result.current.conflicts]));
  expect(result.current.conflicts).toEqual([]);
  expect(row.priority).toBe("urgent");
  expect(result.current.shown.priority).toBe("urgent");
});

it("is no conflict with itself when the person chooses twice", async () => {
  const { result } = start();
  act(() => void result.current.edit({ priority: "high" }));
  await act(() => result.current.edit({ priority: "urgent" }));
  expect(row.priority).toBe("urgent");
  expect(result.current.conflicts).toEqual([]);
});

it("takes back what was refused, and says why", async () => {
  before = () => {
    throw new HelpdeskError({ message: "no", details: "helpdesk.transition_not_allowed", status: 422 });
  };
  const { result } = start();
  expect(await act(() => result.current.edit({ status: "closed" }))).toBe(false);
  expect(result.current.shown.status).toBe("open");
  expect(result.current.problem?.reason).toBe("transition_not_allowed");
});

it("undoes the last edit within its window", async () => {
  const { result } = start();
  await act(() => result.current.edit({ priority: "high" }));
  act(() => result.current.undo?.());
  await waitFor(() => expect(row.priority).toBe("low"));
});
