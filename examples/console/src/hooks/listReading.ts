import type { InfiniteData } from "@tanstack/react-query";
import { changedTickets } from "../lib/changedTickets.ts";
import { amongNumbers, type ListPage, patch } from "../lib/listPages.ts";
import type { ListFilter } from "../lib/listFilter.ts";
import type { ListedTicket } from "../lib/models.ts";
import { queryTickets } from "../services/lists.ts";

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
