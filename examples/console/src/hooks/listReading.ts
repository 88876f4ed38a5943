import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { changedTickets } from "../lib/changedTickets.ts";
import { amongNumbers, type ListPage, patch } from "../lib/listPages.ts";
import type { ListFilter } from "../lib/listFilter.ts";
import type { ListedTicket } from "../lib/models.ts";
import { isRetried } from "../lib/queryClient.ts";
import { keys } from "../lib/queryKeys.ts";
import { named, queryTickets } from "../services/lists.ts";

/** How a list is read, in pages; each hook that shows it has its own ways beside. */
export function listOptions(filter: ListFilter) {
  const queryKey = keys.list(filter);
  return {
    queryKey,
    queryFn: ({ pageParam, client }: { pageParam: string | null; client: QueryClient }) =>
      readListPage(client.getQueryData(queryKey), filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ListPage) => page.next ?? undefined,
  };
}

/** Read the first page of a list before anything shows it: its rows first, then the names of their people. */
export async function readAhead(queries: QueryClient, filter: ListFilter): Promise<void> {
  const options = listOptions(filter), { queryKey } = options;
  await queries.prefetchInfiniteQuery({
    ...options,
    queryFn: async (): Promise<ListPage> => {
      const mark = changedTickets.mark();
      return { ...await queryTickets(filter, null, PAGE, false), arrived: [], mark };
    },
    retry: isRetried,
  });
  const [first] = queries.getQueryData<ListPages>(queryKey)?.pages ?? [];
  if (!first) return;
  const withNames = await named(first.tickets);
  const names = new Map(first.tickets.map((ticket, at) => [ticket, withNames[at]!]));
  const nameRows = () =>
    queries.setQueryData<ListPages>(queryKey, (now) =>
      now && {
        ...now,
        pages: now.pages.map((page) => ({
          ...page,
          tickets: page.tickets.map((ticket) => names.get(ticket) ?? ticket),
        })),
      });
  nameRows();
  // The next page, if it is being read, is put behind the rows that were there when that began.
  const query = queries.getQueryCache().find({ queryKey });
  if (query?.state.fetchStatus === "fetching") await query.promise?.then(nameRows, nameRows);
}

export type ListPages = InfiniteData<ListPage, string | null>;

const PAGE = 50;

/**
 * A page of a list. One that was read before is not read again: of its rows, those that have changed since are asked
 * for. So a list of thousands costs a request or two after an event, at any depth.
 */
export async function readListPage(
  before: ListPages | undefined,
  filter: ListFilter,
  cursor: string | null,
): Promise<ListPage> {
  const mark = changedTickets.mark();
  const known = before?.pages[before.pageParams.indexOf(cursor)];
  const changed = known && changedTickets.since(known.mark);
  if (changed) {
    const elsewhere = cursor === null ? numbersElsewhere(before!.pages, changed) : [];
    const ofPage = [...known.tickets, ...known.arrived].filter(({ ticket_id }) => changed.has(ticket_id));
    const matching = await readMatching(filter, [...ofPage.map(({ number }) => number), ...elsewhere]);
    if (matching) {
      const isKnown = new Set([...known.tickets, ...known.arrived].map(({ ticket_id }) => ticket_id));
      const arrived = [...matching.values()].filter(({ ticket_id }) => !isKnown.has(ticket_id));
      return {
        ...known,
        tickets: patch(known.tickets, changed, matching),
        arrived: [...patch(known.arrived, changed, matching), ...arrived],
        mark,
      };
    }
  }
  return { ...await queryTickets(filter, cursor, PAGE), arrived: [], mark };
}

/** The numbers of changed tickets that no page has: they may match now. */
function numbersElsewhere(pages: readonly ListPage[], changed: ReadonlyMap<string, number>): number[] {
  const known = new Set(pages.flatMap(({ tickets, arrived }) => [...tickets, ...arrived]).map((row) => row.ticket_id));
  return [...changed].filter(([id]) => !known.has(id)).map(([, number]) => number);
}

/** Those of some tickets that match, by their ids; null when they cannot be asked for. */
async function readMatching(filter: ListFilter, numbers: number[]): Promise<Map<string, ListedTicket> | null> {
  const found = new Map<string, ListedTicket>();
  for (let start = 0; start < numbers.length; start += PAGE) {
    const among = amongNumbers(filter, numbers.slice(start, start + PAGE));
    if (!among) return null;
    for (const ticket of (await queryTickets(among, null, PAGE)).tickets) found.set(ticket.ticket_id, ticket);
  }
  return found;
}
