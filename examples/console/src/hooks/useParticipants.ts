import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import * as participants from "../services/participants.ts";
import { useAction } from "./useAction.ts";

const keyOf = (ticketId: string) => [...keys.timeline(ticketId), "participants"];

/** Who takes part in a ticket by mail besides its requester. */
export function useParticipants(ticketId: string) {
  return useQuery({ queryKey: keyOf(ticketId), queryFn: () => participants.listParticipants(ticketId), staleTime: 0 });
}

type Copies = { address: string; receivesCopies: boolean };

/** Add, switch and remove them. */
export function useParticipantActions(ticketId: string) {
  const changes = [keyOf(ticketId)];
  return {
    add: useAction((address: string) => participants.addParticipant(ticketId, address), changes),
    set: useAction(
      ({ address, receivesCopies }: Copies) => participants.setCopies(ticketId, address, receivesCopies),
      changes,
    ),
    remove: useAction((address: string) => participants.removeParticipant(ticketId, address), changes),
  };
}
