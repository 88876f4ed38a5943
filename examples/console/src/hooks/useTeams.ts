import { useQuery } from "@tanstack/react-query";
import type { Team } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import * as teams from "../services/teams.ts";
import { useAction } from "./useAction.ts";

/** The teams that the person may see, by name. */
export function useTeams() {
  return useQuery({ queryKey: keys.teams(), queryFn: teams.listTeams });
}

/** Who works in a team. */
export function useMembers(teamId: string) {
  return useQuery({ queryKey: [...keys.teams(), teamId], queryFn: () => teams.listMembers(teamId) });
}

type Change = { id: string } & Partial<Pick<Team, "name" | "description" | "is_public">>;
type Membership = { teamId: string; userId: string };

/** What an admin does to teams. */
export function useTeamActions() {
  const changes = [keys.teams()];
  return {
    create: useAction(teams.createTeam, changes),
    change: useAction(({ id, ...given }: Change) => teams.changeTeam(id, given), changes),
    remove: useAction((id: string) => teams.deleteTeam(id), changes),
    setDefault: useAction((id: string) => teams.setDefaultTeam(id), changes),
    addMember: useAction(({ teamId, userId }: Membership) => teams.addMember(teamId, userId), changes),
    removeMember: useAction(({ teamId, userId }: Membership) => teams.removeMember(teamId, userId), changes),
  };
}
