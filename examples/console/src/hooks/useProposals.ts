import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "../lib/queryKeys.ts";
import { classify, listRuns } from "../services/assistant.ts";
import * as proposals from "../services/proposals.ts";
import { useAction } from "./useAction.ts";

/** What the assistant has proposed for a ticket, the newest first. */
export function useProposals(ticketId: string) {
  return useQuery({ queryKey: keys.proposals(ticketId), queryFn: () => proposals.listProposals(ticketId) });
}

/** What the assistant was asked about a ticket, the newest first. */
export function useRuns(ticketId: string) {
  return useQuery({ queryKey: keys.runs(ticketId), queryFn: () => listRuns(ticketId) });
}

/** The proposals that wait for a decision, on all tickets that the person works. */
export function useWaitingProposals() {
  return useInfiniteQuery({
    queryKey: keys.proposals("waiting"),
    queryFn: ({ pageParam }) => proposals.listWaiting(pageParam),
    initialPageParam: null as Parameters<typeof proposals.listWaiting>[0],
    getNextPageParam: proposals.placeBehind,
  });
}

/** The quotes of a proposal. They never change. */
export function useCitations(proposalId: string | null) {
  return useQuery({
    queryKey: ["citations", proposalId],
    queryFn: () => proposals.listCitations(proposalId!),
    enabled: proposalId !== null,
  });
}

/** Note once that a person has the proposal on the screen. */
export function useShown(proposalId: string | null): void {
  useEffect(() => {
    // Only the reports' clock needs it: a failure changes nothing for the person.
    if (proposalId) proposals.showProposal(proposalId).catch(() => undefined);
  }, [proposalId]);
}

/** Which labels tickets like this one were given. */
export function useLabels(ticketId: string, isEnabled: boolean) {
  return useQuery({
    queryKey: keys.labels(ticketId),
    queryFn: () => classify(ticketId),
    enabled: isEnabled,
    staleTime: 60_000,
  });
}

/** What people decide about proposals of a ticket. */
export function useProposalActions(ticketId: string) {
  const queries = useQueryClient();
  const changes = [keys.proposals(ticketId), keys.proposals("waiting")];
  const decided = [...changes, keys.ticket(ticketId), keys.timeline(ticketId), keys.lists()];
  const accept = useAction(proposals.acceptProposal, decided);
  return {
    accept,
    reject: useAction(
      ({ id, reason }: { id: string; reason: string }) => proposals.rejectProposal(id, reason),
      changes,
    ),
    undo: useAction((id: string) => proposals.undoProposal(id), decided),
    refresh: () => queries.invalidateQueries({ queryKey: keys.proposals(ticketId) }),
  };
}
