import type { TicketField } from "./models.ts";

export const FIELD_TYPES = [
  "text",
  "long_text",
  "integer",
  "decimal",
  "boolean",
  "date",
  "select",
  "multi_select",
] as const;

/** What the form of a custom field holds. Options are one a line: `value` or `value = label`. */
export type FieldForm = {
  key: string;
  type: string;
  label: string;
  help_text: string;
  audience: string;
  required_for: string;
  options: string;
  /** null: all teams. */
  teamIds: string[] | null;
};

export function emptyFieldForm(): FieldForm {
  return {
    key: "",
    type: "text",
    label: "",
    help_text: "",
    audience: "customer_visible",
    required_for: "none",
    options: "",
    teamIds: null,
  };
}

export function formOf(field: TicketField): FieldForm {
  return {
    ...field,
    options: field.options.filter((option) => !option.retired_at).map(({ value, label }) =>
      value === label ? value : `${value} = ${label}`
    ).join("\n"),
  };
}

/** A key made of a label: `Order number` is `order_number`. */
export function keyOf(label: string): string {
  const letters = label.normalize("NFKD").toLowerCase().replaceAll(/\p{Mark}/gu, "");
  return letters.replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^[_0-9]+|_+$/g, "").slice(0, 40);
}

export function takesOptions(type: string): boolean {
  return type === "select" || type === "multi_select";
}

/** The options in a text, one a line. */
export function parseOptions(text: string): { value: string; label: string }[] {
  return text.split("\n").flatMap((line) => {
    const [value = "", label] = line.split("=", 2).map((part) => part.trim());
    return value ? [{ value, label: label || value }] : [];
  });
}

type OptionChange = { value: string; label: string; kind: "add" | "rename" | "restore" | "retire" };

/** What turns the options of a field into those of the form. Options are retired, never deleted. */
export function optionChanges(field: TicketField, wanted: { value: string; label: string }[]): OptionChange[] {
  const changes: OptionChange[] = [];
  for (const { value, label } of wanted) {
    const known = field.options.find((option) => option.value === value);
    if (!known) changes.push({ value, label, kind: "add" });
    else if (known.retired_at) changes.push({ value, label, kind: "restore" });
    else if (known.label !== label) changes.push({ value, label, kind: "rename" });
  }
  for (const { value, label, retired_at } of field.options) {
    if (!retired_at && !wanted.some((option) => option.value === value)) changes.push({ value, label, kind: "retire" });
  }
  return changes;
}
