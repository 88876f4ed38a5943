import type { ListFilter, Sort } from "../lib/listFilter.ts";
import type { ListedTicket, Person, QueryTree, Ticket } from "../lib/models.ts";
import { onForget } from "../lib/personal.ts";
import { call, client } from "./supabase.ts";

export type { ListFilter, Sort };
export type ListPage = { tickets: ListedTicket[]; next: string | null; warnings: string[] };
export type Count = { count: number; more: boolean };

/**
 * A page of the tickets that match. It may be short and have a next one. With the names of their people, unless
 * `isNamed` is false: those that are known.
 */
export async function queryTickets(
  filter: ListFilter,
  cursor: string | null,
  limit = 50,
  isNamed = true,
): Promise<ListPage> {
  const found = await call(
    client().rpc("query_tickets", {
      ...asked(filter),
      sort: filter.sort,
      max_rows: limit,
      cursor: cursor ?? undefined,
    }),
  ) as unknown as { tickets: (Ticket & { tags: string[] })[]; next: string | null; warnings: string[] };
  return { ...found, tickets: isNamed ? await named(found.tickets) : found.tickets.map(withNames) };
}

/** How many tickets match, counted to 1,000. */
export async function countTickets(filter: ListFilter): Promise<Count> {
  return await call(client().rpc("count_tickets", asked(filter))) as Count;
}

export type Hit = { ticket: ListedTicket; matched_in: Part[]; snippets: Snippet[] };
type Part = { part: string; id?: string };
/** A piece of a ticket's own text; `marks` are the places of the matches, in code points. */
export type Snippet = Part & { text: string; start: number; marks: [number, number][] };
export type SearchPage = {
  exact: ListedTicket[];
  hits: Hit[];
  next: string | null;
  capped: boolean;
  warnings: string[];
};

/** Tickets by their words, best first. */
export async function searchTickets(query: string, cursor: string | null = null, limit = 25): Promise<SearchPage> {
  const found = await call(
    client().rpc("search_tickets", { query, max_rows: limit, cursor: cursor ?? undefined }),
  ) as unknown as SearchPage;
  const tickets = await named([...found.exact, ...found.hits.map((hit) => hit.ticket)]);
  const ofHits = tickets.slice(found.exact.length);
  return {
    ...found,
    exact: tickets.slice(0, found.exact.length),
    hits: found.hits.map((hit, index) => ({ ...hit, ticket: ofHits[index]! })),
  };
}

/** The tree of a query, for a view; warnings say what was read in another way than typed. */
export async function parseQuery(query: string): Promise<{ tree: QueryTree; warnings: string[] }> {
  return await call(client().rpc("parse_query", { query })) as { tree: QueryTree; warnings: string[] };
}

function asked({ query, tree, isMine }: ListFilter) {
  return { query: query || undefined, tree: tree as never, mine: isMine };
}

/** Lists show names; a name that was read before is not read again until the page is loaded anew. */
const people = new Map<string, Person>();
const FRESH = 5 * 60_000;
let keptSince = 0;

type Unnamed = Ticket & { tags: string[] };

/** The tickets with the names of their people. */
export async function named(tickets: readonly Unnamed[]): Promise<ListedTicket[]> {
  if (Date.now() - keptSince > FRESH) forgetNames();
  const ids = new Set(tickets.flatMap((ticket) => [ticket.created_by, ticket.assigned_to ?? []].flat()));
  const unknown = [...ids].filter((id) => !people.has(id));
  if (unknown.length > 0) {
    const rows = await call(client().from("users").select().in("user_id", unknown)) as Person[];
    for (const row of rows) people.set(row.user_id, row);
  }
  return tickets.map(withNames);
}

function withNames(ticket: Unnamed): ListedTicket {
  return {
    ...ticket,
    requester: people.get(ticket.created_by) ?? null,
    assignee: people.get(ticket.assigned_to ?? "") ?? null,
  };
}

/** The names are old. */
function forgetNames(): void {
  people.clear();
  keptSince = Date.now();
}
onForget(forgetNames);
