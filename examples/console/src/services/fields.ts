import type { TicketField } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/** The custom fields that the person may see, with their options and teams, in their order; retired ones too. */
export async function listFields(): Promise<TicketField[]> {
  const query = client().from("field_definitions").select("*, field_options(*), field_teams(team_id)");
  const rows = await call(query.order("position").order("key").limit(1000));
  return rows.map(({ field_options: options, field_teams: teams, ...field }) => ({
    ...field,
    options: options.sort((one, other) => one.position - other.position),
    teamIds: field.for_all_teams ? null : teams.map(({ team_id }) => team_id),
  })) as TicketField[];
}
