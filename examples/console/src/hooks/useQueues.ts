import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { toHelpdeskError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { keys } from "../lib/queryKeys.ts";
import { claimNext, claimTicket, countQueues } from "../services/routing.ts";
import { useAction } from "./useAction.ts";

/** The exact numbers of open and pending tickets of the person's teams, by status and priority. */
export function useCounts() {
  return useQuery({ queryKey: keys.counts(), queryFn: countQueues });
}

/**
 * Take the next ticket. `next` resolves to null when the queues are empty, to undefined when it failed: see `problem`.
 * A repeated attempt after a lost answer takes the same ticket.
 */
export function useClaimNext() {
  const queries = useQueryClient();
  const claim = useRef<string | null>(null);
  const { mutateAsync, isPending, error, reset } = useMutation({
    mutationFn: async (teamId?: string) => {
      claim.current ??= newId();
      const ticket = await claimNext(claim.current, teamId);
      claim.current = null;
      return ticket;
    },
    onError: (thrown) => {
      if (!toHelpdeskError(thrown).isTransient) claim.current = null;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.lists() }),
  });
  return {
    next: (teamId?: string) => mutateAsync(teamId).catch(() => undefined),
    isBusy: isPending,
    problem: error ? toHelpdeskError(error) : null,
    reset,
  };
}

/** Take a ticket that nobody has. */
export function useClaim() {
  return useAction(claimTicket, [["ticket"], keys.lists()]);
}
