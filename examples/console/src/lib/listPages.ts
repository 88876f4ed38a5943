import type { ListFilter, Sort } from "./listFilter.ts";
import type { ListedTicket } from "./models.ts";

/** A page of a list. `arrived`: tickets that came to match after the first page was read; `mark`: as of when. */
export type ListPage = {
  tickets: ListedTicket[];
  next: string | null;
  warnings: string[];
  arrived: ListedTicket[];
  mark: number;
};

const LONGEST_QUERY = 512;

/** The filter for those of some tickets that still match; null when it cannot be written. */
export function amongNumbers(filter: ListFilter, numbers: readonly number[]): ListFilter | null {
  if (filter.tree) {
    const among = { field: "number", op: "is", value: [...numbers] };
    return { ...filter, tree: { all: [...isEmpty(filter.tree) ? [] : [filter.tree], among] } };
  }
  const query = `${filter.query ?? ""} number:${numbers.join(",")}`.trim();
  // Two conditions on one field would mean either of them.
  const hasNumber = /(^|[\s(-])(number|id)\s*[:<>=]/i.test(filter.query ?? "");
  return hasNumber || query.length > LONGEST_QUERY ? null : { ...filter, query };
}

function isEmpty(tree: object): boolean {
  return Object.keys(tree).length === 0;
}

/** Rows after some of them changed: those that still match as they are now, without the others. */
export function patch(
  rows: readonly ListedTicket[],
  changed: ReadonlyMap<string, unknown>,
  matching: ReadonlyMap<string, ListedTicket>,
): ListedTicket[] {
  return rows.flatMap((row) => changed.has(row.ticket_id) ? matching.get(row.ticket_id) ?? [] : row);
}

/** Pages as one list in their order, each ticket once; what arrived is where it belongs, unless that is not read yet. */
export function joinPages(pages: readonly ListPage[], sort: Sort = "-created_at"): ListedTicket[] {
  const listed = pages.flatMap((page) => page.tickets), isAsRead = pages.every((page) => page.arrived.length === 0);
  // Pages of the database are in its order. A list of 100,000 is not sorted for each page that comes.
  const order = orderOf(sort);
  if (isAsRead && !haveMoved(pages, sort, order)) return listed;
  const loaded = new Map(listed.map((ticket) => [ticket.ticket_id, ticket]));
  const arrived = pages.flatMap((page) => page.arrived).filter(({ ticket_id }) => !loaded.has(ticket_id));
  const rows = [...loaded.values()];
  const last = rows.at(-1), isWhole = pages.at(-1)?.next === null;
  const shown = arrived.filter((ticket) => isWhole || !last || order(ticket, last) < 0);
  return [...shown, ...rows].sort(order);
}

type Order = (one: ListedTicket, other: ListedTicket) => number;

/** The pages whose rows are in their order, with the order. */
const inOrder = new WeakMap<ListedTicket[], string>();

/** Whether rows are out of their order, or there twice: they were read at different times. */
function haveMoved(pages: readonly ListPage[], sort: string, order: Order): boolean {
  let last: ListedTicket | undefined;
  for (const { tickets } of pages) {
    if (tickets[0] && last && order(last, tickets[0]) >= 0) return true;
    if (inOrder.get(tickets) !== sort) {
      if (tickets.some((row, at) => at > 0 && order(tickets[at - 1]!, row) >= 0)) return true;
      inOrder.set(tickets, sort);
    }
    last = tickets.at(-1) ?? last;
  }
  return false;
}

/** The order of the database, for rows that were read. */
function orderOf(sort: Sort): Order {
  const sign = sort.startsWith("-") ? -1 : 1, name = sort.replace("-", "");
  return (one, other) => {
    const ranks = name === "priority" ? (one.priority_rank ?? 0) - (other.priority_rank ?? 0) : 0;
    const column = name === "updated_at" ? "updated_at" : "created_at";
    // Times of the database compare as texts.
    return sign * (ranks || compare(one[column], other[column]) || compare(one.ticket_id, other.ticket_id));
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
