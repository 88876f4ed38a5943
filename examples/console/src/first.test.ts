import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import { keys } from "./lib/queryKeys.ts";
import { sessionKey } from "./lib/storedSession.ts";
import { readFirst } from "./first.ts";

const { readMe, queryTickets, named } = vi.hoisted(() => ({ readMe: vi.fn(), queryTickets: vi.fn(), named: vi.fn() }));
vi.mock("./services/me.ts", () => ({ readMe }));
vi.mock("./services/lists.ts", () => ({ queryTickets, named }));
vi.mock("./pages/QueuePage.tsx", () => ({ default: () => null }));
vi.mock("./pages/RequestsPage.tsx", () => ({ default: () => null }));

const KEY = "sb_publishable_12345678";
const LIST = { pathname: "/queue", search: "?q=status:open" };
const FILTER = { query: "status:open", sort: "priority" };

function arrive(role: "agent" | "customer"): QueryClient {
  readMe.mockReset().mockResolvedValue({ person: { role }, teams: [], schema: "same", cursor: "1.1" });
  const ticket = { ticket_id: "t", requester: null };
  queryTickets.mockReset().mockResolvedValue({ tickets: [ticket], next: null, warnings: [] });
  named.mockReset().mockResolvedValue([{ ...ticket, requester: { name: "Mei" } }]);
  return new QueryClient();
}

beforeEach(() => {
  const expires_at = Date.now() / 1000 + 3600;
  localStorage.setItem(sessionKey(KEY), JSON.stringify({ access_token: "a", expires_at, user: { id: "u" } }));
});

it("reads the list of the address behind who is signed in, then the names in it", async () => {
  const queries = arrive("agent");
  const me = Promise.withResolvers<unknown>();
  readMe.mockReturnValue(me.promise);
  const done = readFirst(queries, KEY, LIST);
  await Promise.resolve();
  expect(queryTickets).not.toHaveBeenCalled(); // a change between the list and the cursor would be lost
  me.resolve({ person: { role: "agent" } });
  await done;
  expect(queryTickets.mock.calls[0]?.[0]).toEqual(FILTER);
  const list = queries.getQueryData(keys.list(FILTER));
  expect(list).toMatchObject({ pages: [{ tickets: [{ ticket_id: "t", requester: { name: "Mei" } }] }] });
  expect(queries.getQueryData(keys.me("u"))).toBeDefined();
});

it("keeps the rows when the names cannot be read", async () => {
  const queries = arrive("agent");
  named.mockRejectedValue(new Error("offline"));
  await expect(readFirst(queries, KEY, LIST)).rejects.toThrow("offline");
  expect(queries.getQueryData(keys.list(FILTER))).toMatchObject({ pages: [{ tickets: [{ ticket_id: "t" }] }] });
});

it("reads no list for a customer, nor for an address without a list", async () => {
  await readFirst(arrive("customer"), KEY, { pathname: "/queue", search: "" });
  expect(queryTickets).not.toHaveBeenCalled();
  await readFirst(arrive("agent"), KEY, { pathname: "/settings", search: "" });
  expect(queryTickets).not.toHaveBeenCalled();
  await readFirst(arrive("agent"), KEY, { pathname: "/queue", search: "?view=0b13dda8-2010-4dcb-aeab-bbbaf9e9e938" }); // needs the saved views
  expect(queryTickets).not.toHaveBeenCalled();
});

it("reads nothing without a session", async () => {
  localStorage.clear();
  await readFirst(arrive("agent"), KEY, { pathname: "/queue", search: "" });
  expect(readMe).not.toHaveBeenCalled();
});
