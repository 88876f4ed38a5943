import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Role } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import { sendInvitation } from "../services/auth.ts";
import * as people from "../services/people.ts";
import { useAction } from "./useAction.ts";

/** People by role and words. */
export function usePeople(filter: { role?: Role; search?: string } = {}) {
  return useQuery({
    queryKey: keys.people(filter),
    queryFn: () => people.listPeople(filter),
    placeholderData: keepPreviousData,
  });
}

/** Agents and admins who can be assigned. */
export function useStaff() {
  return useQuery({ queryKey: keys.people("staff"), queryFn: people.listStaff });
}

/** Invitations that are open. */
export function useInvitations() {
  return useQuery({ queryKey: [...keys.people("invitations")], queryFn: people.listInvitations });
}

/** What an admin does to people. */
export function usePeopleActions() {
  const changes = [["people"]];
  return {
    setRole: useAction(({ id, role }: { id: string; role: Role }) => people.setRole(id, role), changes),
    deactivate: useAction((id: string) => people.deactivate(id), changes),
    reactivate: useAction((id: string) => people.reactivate(id), changes),
    rename: useAction(({ id, name }: { id: string; name: string }) => people.rename(id, name), [...changes, keys.me()]),
    invite: useAction(people.invite, changes),
    mail: useAction(sendInvitation),
    revoke: useAction((id: string) => people.revokeInvitation(id), changes),
  };
}
