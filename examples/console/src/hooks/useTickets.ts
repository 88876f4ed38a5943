import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { joinPages } from "../lib/listPages.ts";
import { keys } from "../lib/queryKeys.ts";
import { countTickets, type ListFilter, searchTickets } from "../services/lists.ts";
import { listOptions } from "./listReading.ts";

export type { ListFilter, Sort } from "../services/lists.ts";

/**
 * The tickets that match, in pages of 50: `tickets` are the pages as one list, each ticket once. The list before stays
 * on the screen until the next one is there (`isPlaceholderData`).
 */
export function useTickets(filter: ListFilter, isEnabled = true) {
  const query = useInfiniteQuery({
    ...listOptions(filter),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  });
  const tickets = useMemo(() => joinPages(query.data?.pages ?? [], filter.sort), [query.data, filter.sort]);
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
