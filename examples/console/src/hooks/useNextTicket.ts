import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { keys } from "../lib/queryKeys.ts";

type Pages = InfiniteData<{ tickets: { ticket_id: string }[] }>;

/**
 * The ticket behind this one in the list that was read last and has it; null when there is none. When the ticket has
 * left the list, because it was resolved, the one that was behind it.
 */
export function useNextTicket(ticketId: string): () => string | null {
  const queries = useQueryClient();
  const known = useRef<string | null>(null);
  const find = useCallback(() => {
    const lists = queries.getQueryCache().findAll({ queryKey: keys.lists() })
      .sort((one, other) => other.state.dataUpdatedAt - one.state.dataUpdatedAt);
    for (const list of lists) {
      const data = list.state.data as Partial<Pages> | undefined;
      const ids = data?.pages?.flatMap((page) => page.tickets?.map(({ ticket_id }) => ticket_id) ?? []) ?? [];
      const place = ids.indexOf(ticketId);
      if (place >= 0) return known.current = ids[place + 1] ?? null;
    }
    return known.current;
  }, [queries, ticketId]);
  useEffect(() => {
    known.current = null;
    find();
  }, [find]);
  return find;
}
