import type { TicketField } from "./models.ts";

/** What a person typed into a custom field: its value, or why it is none. */
export type ParsedValue = { value: unknown } | { problem: "integer" | "decimal" | "date" };

const MAX_INTEGER = 9_007_199_254_740_991;

/** A typed text as the value of a field; an empty one removes the value. */
export function parseValue(type: TicketField["type"], typed: string): ParsedValue {
  const text = type === "long_text" ? typed : typed.trim();
  if (text.trim() === "") return { value: null };
  if (type === "integer") {
    const number = Number(text.replace(/[\s_]/g, ""));
    return /^[-+]?\d+$/.test(text.replace(/[\s_]/g, "")) && Math.abs(number) <= MAX_INTEGER
      ? { value: number }
      : { problem: "integer" };
  }
  if (type === "decimal") {
    const plain = text.replace(/\s/g, "").replace(",", ".");
    return /^[-+]?\d{1,12}(\.\d{1,6})?$/.test(plain) ? { value: plain.replace("+", "") } : { problem: "decimal" };
  }
  if (type === "date") return isDate(text) ? { value: text } : { problem: "date" };
  return { value: text };
}

/** The value of a field as a text to edit. */
export function editableValue(value: unknown): string {
  return value === null || value === undefined ? "" : Array.isArray(value) ? value.join(", ") : String(value);
}

/** The fields of a ticket's team, and those that have a value here although they are retired or of another team. */
export function fieldsOf(
  fields: readonly TicketField[],
  ticket: { team_id: string; custom_fields: Record<string, unknown> },
): TicketField[] {
  return fields.filter(({ key, retired_at, teamIds }) =>
    key in ticket.custom_fields || (!retired_at && (teamIds === null || teamIds.includes(ticket.team_id)))
  );
}

/** The options that can be chosen, and the chosen ones that are retired. */
export function optionsOf(field: TicketField, value: unknown): TicketField["options"] {
  const chosen = Array.isArray(value) ? value : [value];
  return field.options.filter((option) => !option.retired_at || chosen.includes(option.value));
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
