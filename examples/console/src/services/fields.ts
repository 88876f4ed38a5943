import type { Field, FieldOption, TicketField } from "../lib/models.ts";
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

export type NewField = Pick<Field, "key" | "type" | "label" | "help_text" | "audience" | "required_for"> & {
  options: { value: string; label: string }[];
  team_ids: string[] | null;
};

export async function createField(given: NewField): Promise<Field> {
  const { team_ids, ...rest } = given;
  return await call(client().rpc("create_field", { ...rest, ...(team_ids ? { team_ids } : {}) })) as Field;
}

export type FieldChanges = Partial<
  Pick<Field, "label" | "customer_label" | "help_text" | "audience" | "required_for" | "position" | "retired_at">
>;

export async function changeField(key: string, changes: FieldChanges): Promise<void> {
  await call(client().from("field_definitions").update(changes).eq("key", key).select("key"));
}

export async function setFieldTeams(key: string, teamIds: string[] | null): Promise<void> {
  await call(client().rpc("set_field_teams", { key, team_ids: teamIds as string[] }));
}

export async function addOption(
  given: Pick<FieldOption, "field_key" | "value" | "label" | "position">,
): Promise<FieldOption> {
  return await call(client().from("field_options").insert(given).select().single());
}

export async function changeOption(
  fieldKey: string,
  value: string,
  changes: Partial<Pick<FieldOption, "label" | "position" | "retired_at">>,
): Promise<void> {
  const query = client().from("field_options").update(changes).eq("field_key", fieldKey).eq("value", value);
  await call(query.select("value"));
}
