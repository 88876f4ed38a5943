import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import * as tickets from "../services/tickets.ts";

/** A ticket with requester, assignee, team, tags and custom fields. */
export function useTicket(ticketId: string) {
  return useQuery({ queryKey: keys.ticket(ticketId), queryFn: () => tickets.readTicket(ticketId) });
}

/** The newest tickets of a requester. */
export function useTicketsOf(userId: string) {
  return useQuery({
    queryKey: keys.list({ requester: userId }),
    queryFn: () => tickets.listTicketsOf(userId, 6),
  });
}

/** Tickets that may be about the same matter. */
export function useDuplicates(ticketId: string) {
  return useQuery({
    queryKey: [...keys.relations(ticketId), "duplicates"],
    queryFn: () => tickets.listDuplicates(ticketId),
    // A hint: not worth a new search with every change of the ticket.
    refetchOnMount: false,
  });
}

/** Which status a person with a role may choose, from the rule of the database. */
export function useTransitions() {
  return useQuery({ queryKey: ["transitions"], queryFn: tickets.listTransitions });
}
