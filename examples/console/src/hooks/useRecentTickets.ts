import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** What was read of this many tickets is kept, so that going back is at once. All of a day would be a lot. */
const KEPT = 20;
const recent = new Set<string>();

/** Keep what was read of the ticket that is open, and of the last ones before it. */
export function useRecentTickets(ticketId: string): void {
  const queries = useQueryClient();
  useEffect(() => keepRecent(queries, ticketId), [queries, ticketId]);
}

export function keepRecent(queries: QueryClient, ticketId: string): void {
  recent.delete(ticketId);
  recent.add(ticketId); // the last one
  for (const id of [...recent].slice(0, -KEPT)) {
    recent.delete(id);
    queries.removeQueries({ predicate: (query) => query.queryKey[1] === id && query.getObserversCount() === 0 });
  }
}
