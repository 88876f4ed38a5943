import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "../lib/queryKeys.ts";
import { countTickets, type ListFilter, queryTickets, searchTickets } from "../services/lists.ts";

export type { ListFilter, Sort } from "../services/lists.ts";

/**
 * The tickets that match, in pages of 50: `tickets` are the pages as one list, each ticket once. The list before stays
 * on the screen until the next one is there (`isPlaceholderData`).
 */
export function useTickets(filter: ListFilter, isEnabled = true) {
  const query = useInfiniteQuery({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam }) => queryTickets(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  });
  const tickets = useMemo(() => {
    const rows = query.data?.pages.flatMap((page) => page.tickets) ?? [];
    return [...new Map(rows.map((ticket) => [ticket.ticket_id, ticket])).values()];
  }, [query.data]);
  return { ...query, tickets, warnings: query.data?.pages[0]?.warnings ?? [] };
}

/** Tickets by their words, best first; nothing for a query without letters. */
export function useSearch(query: string) {
  return useQuery({
    queryKey: keys.list({ search: query }),
    queryFn: () => searchTickets(query),
    enabled: query.trim().length > 1,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** How many tickets match, to 1,000. */
export function useCount(filter: ListFilter, isEnabled = true) {
  return useQuery({
    queryKey: keys.counts(filter),
    queryFn: () => countTickets(filter),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  });
}
