import { parseValue } from "./fieldValues.ts";
import type { Priority, TicketField } from "./models.ts";

/** Whose ticket it becomes; `isNew`: nobody yet, made together with the ticket. */
export type Requester = { id: string; name: string; email: string; isNew: boolean };
/** What was typed into a custom field: a text, or the chosen options. */
export type Typed = string | string[];
export type TicketForm = {
  requester: Requester | null;
  title: string;
  description: string;
  teamId: string;
  priority: Priority;
  channel: string;
  tags: string;
  isMine: boolean;
  fields: Record<string, Typed>;
};
export type FormProblem = "required" | "integer" | "decimal" | "date";
/** The arguments of create_ticket(). */
export type NewTicket = {
  ticket_id: string;
  title: string;
  description: string;
  team_id?: string;
  requester_id?: string;
  priority?: Priority;
  channel: string;
  tags?: string[];
  custom_fields: Record<string, unknown>;
};

export const CHANNELS = ["phone", "email", "chat", "web"] as const;

export function emptyTicketForm(teamId: string): TicketForm {
  return {
    requester: null,
    title: "",
    description: "",
    teamId,
    priority: "medium",
    channel: "phone",
    tags: "",
    isMine: false,
    fields: {},
  };
}

/** A form that was kept as a text; what is missing in it is as in an empty form. */
export function readTicketForm(text: string, teamId: string): TicketForm {
  const empty = emptyTicketForm(teamId);
  if (text === "") return empty;
  try {
    return { ...empty, ...JSON.parse(text) as Partial<TicketForm> };
  } catch {
    return empty;
  }
}

/** Texts between commas, each once, in small letters. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== ""))];
}

/** The fields that a new ticket of a team has; a requester sees those only that they may set. */
export function fieldsOfNew(fields: readonly TicketField[], teamId: string, isStaff: boolean): TicketField[] {
  return fields.filter(({ retired_at, teamIds, audience }) =>
    !retired_at && (teamIds === null || teamIds.includes(teamId)) && (isStaff || audience === "customer_editable")
  );
}

/** The value of what was typed into a field. */
export function typedValue(field: TicketField, typed: Typed = ""): { value: unknown } | { problem: FormProblem } {
  if (Array.isArray(typed)) return { value: typed.length > 0 ? typed : null };
  if (field.type === "boolean") return { value: typed === "" ? null : typed === "true" };
  return parseValue(field.type, typed);
}

/** What is wrong with the values of fields, by the key of the field. */
export function fieldProblems(
  fields: readonly TicketField[],
  typed: Record<string, Typed>,
): Record<string, FormProblem> {
  const problems: Record<string, FormProblem> = {};
  for (const field of fields) {
    const read = typedValue(field, typed[field.key]);
    if ("problem" in read) problems[field.key] = read.problem;
    else if (read.value === null && field.required_for === "create") problems[field.key] = "required";
  }
  return problems;
}

/** The values of fields, without those that are empty. */
export function fieldValues(fields: readonly TicketField[], typed: Record<string, Typed>): Record<string, unknown> {
  const values = fields.map((field) => [field.key, typedValue(field, typed[field.key])] as const);
  return Object.fromEntries(
    values.flatMap(([key, read]) => "value" in read && read.value !== null ? [[key, read.value]] : []),
  );
}

/** What is wrong with a form of staff, by the name of the input. */
export function formProblems(form: TicketForm, fields: readonly TicketField[]): Record<string, FormProblem> {
  return {
    ...form.requester ? {} : { requester: "required" as const },
    ...form.title.trim() ? {} : { title: "required" as const },
    ...fieldProblems(fields, form.fields),
  };
}

/** A form of staff as the arguments of create_ticket(). */
export function newTicketOf(
  form: TicketForm,
  fields: readonly TicketField[],
  id: string,
  requesterId: string,
): NewTicket {
  return {
    ticket_id: id,
    title: form.title.trim(),
    description: form.description,
    team_id: form.teamId || undefined,
    requester_id: requesterId,
    priority: form.priority,
    channel: form.channel,
    tags: tagsOf(form.tags),
    custom_fields: fieldValues(fields, form.fields),
  };
}
