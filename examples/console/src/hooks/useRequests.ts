import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Status } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import { type RequestState, statusesOf } from "../lib/requests.ts";
import * as requests from "../services/requests.ts";
import { listTeams } from "../services/teams.ts";
import { useAction } from "./useAction.ts";

/** The person's own requests in a state, or all; the newest first. */
export function useRequests(state: RequestState | null) {
  const query = useInfiniteQuery({
    queryKey: keys.list({ requests: state }),
    queryFn: ({ pageParam }) => requests.listRequests(state && statusesOf(state), pageParam),
    initialPageParam: null as requests.RequestPage["next"],
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const list = useMemo(() => {
    const rows = query.data?.pages.flatMap((page) => page.requests) ?? [];
    return [...new Map(rows.map((request) => [request.ticket_id, request])).values()];
  }, [query.data]);
  return { ...query, requests: list };
}

/** One of the person's own requests. */
export function useRequest(ticketId: string) {
  return useQuery({
    queryKey: [...keys.ticket(ticketId), "request"],
    queryFn: () => requests.readRequest(ticketId),
  });
}

/** The messages of a request, the newest page first; `loadOlder` reads the page before. */
export function useMessages(ticketId: string) {
  const query = useInfiniteQuery({
    queryKey: [...keys.timeline(ticketId), "messages"],
    queryFn: ({ pageParam }) => requests.readMessages(ticketId, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.older,
  });
  const entries = useMemo(() => {
    const all = query.data?.pages.flatMap((page) => page.entries) ?? [];
    const known = new Map(all.map((entry) => [entry.id, entry]));
    return [...known.values()].sort((one, other) => one.sequence - other.sequence);
  }, [query.data]);
  return { ...query, entries };
}

type Change = { ticketId: string; revision: number; status: Status };

/** What closes a request and opens it again. */
export function useRequestStatus(ticketId: string) {
  return useAction(
    ({ revision, status }: Omit<Change, "ticketId">) => requests.setRequestStatus(ticketId, revision, status),
    [keys.ticket(ticketId), keys.lists()],
  );
}

/** The teams that a requester may choose. */
export function usePublicTeams() {
  return useQuery({ queryKey: keys.teams(), queryFn: listTeams });
}
