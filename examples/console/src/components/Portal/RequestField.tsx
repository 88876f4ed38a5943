import { useTranslations } from "use-intl";
import { editableValue, optionsOf, parseValue } from "../../lib/fieldValues.ts";
import type { TicketField } from "../../lib/models.ts";
import { labelOf } from "../../lib/requests.ts";
import { Checkbox, Select, TextArea, TextField } from "../Shared/index.ts";

type RequestFieldProps = {
  field: TicketField;
  /** What was typed or chosen; see valueOf(). */
  typed: unknown;
  isMissing: boolean;
  onChange(typed: unknown): void;
};

/** The control of a custom field in the form of a new request. */
export function RequestField({ field, typed, isMissing, onChange }: RequestFieldProps) {
  const t = useTranslations("portal");
  const problem = problemOf(field, typed);
  const shared = {
    label: labelOf(field),
    hint: field.help_text || undefined,
    isRequired: field.required_for === "create",
    error: problem ? t(`fieldProblem.${problem}`) : isMissing ? t("fieldProblem.missing") : undefined,
    value: editableValue(typed),
  };
  if (field.type === "multi_select") {
    const chosen = Array.isArray(typed) ? typed as string[] : [];
    return (
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-medium">
          <bdi>{shared.label}</bdi>
          {shared.isRequired && <span aria-hidden className="text-danger">*</span>}
        </legend>
        {optionsOf(field, typed).map(({ value, label }) => (
          <Checkbox
            key={value}
            label={label}
            isChecked={chosen.includes(value)}
            onChange={(isOn) => onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value))}
          />
        ))}
        {shared.error
          ? <p className="text-danger">{shared.error}</p>
          : shared.hint && <p className="text-muted">{shared.hint}</p>}
      </fieldset>
    );
  }
  if (field.type === "select" || field.type === "boolean") {
    const options = field.type === "select"
      ? optionsOf(field, typed).map(({ value, label }) => ({ value, label }))
      : [{ value: "true", label: t("yes") }, { value: "false", label: t("no") }];
    return <Select {...shared} options={[{ value: "", label: t("choose") }, ...options]} onChange={onChange} />;
  }
  if (field.type === "long_text") return <TextArea {...shared} rows={3} maxLength={10_000} onChange={onChange} />;
  return (
    <TextField
      {...shared}
      type={field.type === "date" ? "date" : "text"}
      inputMode={field.type === "integer" ? "numeric" : field.type === "decimal" ? "decimal" : undefined}
      maxLength={500}
      onChange={onChange}
    />
  );
}

/** The value of what was typed; null when there is none. */
export function valueOf(field: TicketField, typed: unknown): unknown {
  if (Array.isArray(typed)) return typed.length > 0 ? typed : null;
  const text = editableValue(typed);
  if (field.type === "select") return text || null;
  if (field.type === "boolean") return text === "" ? null : text === "true";
  const parsed = parseValue(field.type, text);
  return "value" in parsed ? parsed.value : null;
}

/** Why what was typed is no value. */
export function problemOf(field: TicketField, typed: unknown): "integer" | "decimal" | "date" | null {
  if (["select", "boolean", "multi_select"].includes(field.type)) return null;
  const parsed = parseValue(field.type, editableValue(typed));
  return "problem" in parsed ? parsed.problem : null;
}
