import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "../lib/queryKeys.ts";
import { joinPages } from "../lib/timeline.ts";
import { readTimelinePage } from "../services/timeline.ts";

/** The conversation of a ticket, the newest page first; `loadOlder` reads the page before. */
export function useTimeline(ticketId: string) {
  const query = useInfiniteQuery({
    queryKey: keys.timelinePages(ticketId),
    queryFn: ({ pageParam }) => readTimelinePage(ticketId, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.older,
  });
  const entries = useMemo(() => joinPages(query.data?.pages ?? []), [query.data]);
  return {
    entries,
    isPending: query.isPending,
    isFetching: query.isFetching,
    error: query.error,
    refetch: query.refetch,
    hasOlder: query.hasNextPage,
    isLoadingOlder: query.isFetchingNextPage,
    loadOlder: query.fetchNextPage,
  };
}
