import type { Person, Team } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/** The teams that the person may see, by name. */
export async function listTeams(): Promise<Team[]> {
  return await call(client().from("teams").select().order("name").limit(500));
}

/** Who works in a team, by name. */
export async function listMembers(teamId: string): Promise<Person[]> {
  const rows = await call(client().from("team_members").select("users(*)").eq("team_id", teamId).limit(1000));
  const people = rows.flatMap((row) => row.users ?? []) as Person[];
  return people.sort((one, other) => one.name.localeCompare(other.name));
}

export async function createTeam(given: Pick<Team, "team_id" | "name" | "description" | "is_public">): Promise<Team> {
  return await call(client().from("teams").insert(given).select().single());
}

export async function changeTeam(
  id: string,
  changes: Partial<Pick<Team, "name" | "description" | "is_public">>,
): Promise<Team> {
  return await call(client().from("teams").update(changes).eq("team_id", id).select().single());
}

export async function deleteTeam(id: string): Promise<void> {
  await call(client().from("teams").delete().eq("team_id", id).select("team_id"));
}

export async function setDefaultTeam(id: string): Promise<Team> {
  return await call(client().rpc("set_default_team", { team_id: id })) as Team;
}

export async function addMember(teamId: string, userId: string): Promise<void> {
  const row = { team_id: teamId, user_id: userId };
  await call(client().from("team_members").upsert(row, { ignoreDuplicates: true }).select("team_id"));
}

export async function removeMember(teamId: string, userId: string): Promise<void> {
  await call(client().from("team_members").delete().eq("team_id", teamId).eq("user_id", userId).select("team_id"));
}
