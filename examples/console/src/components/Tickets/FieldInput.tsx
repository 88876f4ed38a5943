import { useTranslations } from "use-intl";
import { optionsOf } from "../../lib/fieldValues.ts";
import type { TicketField } from "../../lib/models.ts";
import type { FormProblem, Typed } from "../../lib/ticketForm.ts";
import { Checkbox, Select, TextArea, TextField } from "../Shared/index.ts";

type Props = { field: TicketField; label?: string; typed?: Typed; problem?: FormProblem; onChange(typed: Typed): void };

/** An input of a new ticket's form for a custom field; `label` when it is not the field's own. */
export function FieldInput({ field, label = field.label, typed = "", problem, onChange }: Props) {
  const t = useTranslations("ticket");
  const shared = {
    label,
    hint: field.help_text || undefined,
    error: problem && t(`fieldProblem.${problem}`),
    isRequired: field.required_for === "create",
  };
  const text = typeof typed === "string" ? typed : "";
  const none = { value: "", label: t("noValue") };
  switch (field.type) {
    case "multi_select":
      return <Choices field={field} label={label} typed={typed} problem={problem} onChange={onChange} />;
    case "select":
      return <Select {...shared} value={text} options={[none, ...optionsOf(field, text)]} onChange={onChange} />;
    case "boolean": {
      const options = [none, { value: "true", label: t("yes") }, { value: "false", label: t("no") }];
      return <Select {...shared} value={text} options={options} onChange={onChange} />;
    }
    case "long_text":
      return <TextArea {...shared} rows={3} value={text} maxLength={10_000} onChange={onChange} />;
    default:
      return (
        <TextField
          {...shared}
          type={field.type === "date" ? "date" : "text"}
          inputMode={field.type === "integer" ? "numeric" : field.type === "decimal" ? "decimal" : undefined}
          value={text}
          maxLength={500}
          onChange={onChange}
        />
      );
  }
}

function Choices({ field, label, typed, problem, onChange }: Props) {
  const t = useTranslations("ticket");
  const chosen = Array.isArray(typed) ? typed : [];
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 font-medium" dir="auto">{label}</legend>
      {optionsOf(field, chosen).map(({ value, label }) => (
        <Checkbox
          key={value}
          label={label}
          isChecked={chosen.includes(value)}
          onChange={(isOn) => onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value))}
        />
      ))}
      {problem
        ? <p className="text-danger">{t(`fieldProblem.${problem}`)}</p>
        : field.help_text && <p className="text-muted" dir="auto">{field.help_text}</p>}
    </fieldset>
  );
}
