import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import { listTicketsById, listTicketsByNumber } from "../services/tickets.ts";
import { useStaff } from "./usePeople.ts";
import { useTeams } from "./useTeams.ts";

/** The name of a team, of a colleague, or of a ticket (`#42 Title`) by its id; "…" until it is read. */
export function useNames(ticketIds: string[] = []): (id: string) => string {
  const { data: teams = [] } = useTeams();
  const { data: staff = [] } = useStaff();
  const { data: tickets = [] } = useQuery({
    queryKey: keys.list({ ids: ticketIds }),
    queryFn: () => listTicketsById(ticketIds),
    enabled: ticketIds.length > 0,
  });
  return (id) => {
    const ticket = tickets.find((one) => one.ticket_id === id);
    return teams.find((team) => team.team_id === id)?.name ?? staff.find((person) => person.user_id === id)?.name ??
      (ticket ? `#${ticket.number} ${ticket.title}` : "…");
  };
}

/** Tickets by their numbers, in this order. */
export function useTicketsByNumber(numbers: number[]) {
  return useQuery({ queryKey: keys.list({ numbers }), queryFn: () => listTicketsByNumber(numbers) });
}
