import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "../lib/queryKeys.ts";
import { joinPages, type TimelineEntry } from "../lib/timeline.ts";
import { listAttachments } from "../services/attachments.ts";
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

/** The files of a conversation. */
export function useTicketFiles(ticketId: string, entries: TimelineEntry[]) {
  const ids = useMemo(() => [...new Set([ticketId, ...entries.map((entry) => entry.ticketId)])].sort(), [
    ticketId,
    entries,
  ]);
  return useQuery({
    queryKey: [...keys.timeline(ticketId), "files", ids],
    queryFn: () => listAttachments(ids),
    placeholderData: (before) => before,
  });
}
