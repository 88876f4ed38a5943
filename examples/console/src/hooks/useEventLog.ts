import { useInfiniteQuery } from "@tanstack/react-query";
import { listEvents } from "../services/events.ts";

/** The log from the newest event back, in pages of 50. */
export function useEventLog(filter: { type?: string; actor?: string }) {
  return useInfiniteQuery({
    queryKey: ["log", filter],
    queryFn: ({ pageParam }) => listEvents({ ...filter, before: pageParam }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.length === 50 ? page.at(-1)?.event_id : undefined,
    staleTime: 0,
  });
}
