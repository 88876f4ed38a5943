import { useState } from "react";
import { useTranslations } from "use-intl";
import { editableValue, optionsOf, parseValue } from "../../lib/fieldValues.ts";
import type { TicketField } from "../../lib/models.ts";
import { Button, Checkbox, Select, TextArea, TextField } from "../Shared/index.ts";

type Props = { field: TicketField; value: unknown; onChange(value: unknown): void };

/** What changes the value of a custom field; each type has a control of its own. */
export function FieldControl({ field, value, onChange }: Props) {
  const t = useTranslations("ticket");
  const label = field.label;
  if (field.type === "boolean") {
    const options = [{ value: "", label: t("noValue") }, { value: "true", label: t("yes") }, {
      value: "false",
      label: t("no"),
    }];
    return (
      <Select
        label={label}
        isLabelHidden
        value={editableValue(value)}
        options={options}
        onChange={(chosen) => onChange(chosen === "" ? null : chosen === "true")}
      />
    );
  }
  if (field.type === "select") {
    const options = optionsOf(field, value).map((option) => ({ value: option.value, label: option.label }));
    return (
      <Select
        label={label}
        isLabelHidden
        value={editableValue(value)}
        options={[{ value: "", label: t("noValue") }, ...options]}
        onChange={(chosen) => onChange(chosen === "" ? null : chosen)}
      />
    );
  }
  if (field.type === "multi_select") return <MultiSelect field={field} value={value} onChange={onChange} />;
  return <TypedValue field={field} value={value} onChange={onChange} />;
}

function MultiSelect({ field, value, onChange }: Props) {
  const chosen = Array.isArray(value) ? value as string[] : [];
  const toggle = (option: string, isOn: boolean) => {
    const next = isOn ? [...chosen, option] : chosen.filter((one) => one !== option);
    onChange(next.length > 0 ? next : null);
  };
  return (
    <fieldset className="flex max-h-48 flex-col gap-2.5 overflow-y-auto p-1.5">
      <legend className="sr-only">{field.label}</legend>
      {optionsOf(field, value).map((option) => (
        <Checkbox
          key={option.value}
          label={option.label}
          isChecked={chosen.includes(option.value)}
          onChange={(isOn) => toggle(option.value, isOn)}
        />
      ))}
    </fieldset>
  );
}

/**
 * Text, numbers and dates: saved when the field is left, or with Enter. When somebody else changes the value while the
 * person types, both values are there to choose from.
 */
function TypedValue({ field, value, onChange }: Props) {
  const t = useTranslations("ticket");
  const [draft, setDraft] = useState<{ typed: string; from: string } | null>(null);
  const current = editableValue(value);
  const parsed = parseValue(field.type, draft?.typed ?? current);
  const isOvertaken = draft !== null && draft.from !== current && draft.typed !== current;
  const save = () => {
    if (!draft || !("value" in parsed)) return;
    if (editableValue(parsed.value) !== current) onChange(parsed.value);
    setDraft(null);
  };
  const shared = {
    label: field.label,
    isLabelHidden: true,
    value: draft?.typed ?? current,
    onChange: (typed: string) => setDraft({ typed, from: draft?.from ?? current }),
    onBlur: () => !isOvertaken && save(),
    hint: field.help_text || undefined,
    error: "problem" in parsed ? t(`fieldProblem.${parsed.problem}`) : undefined,
  };
  return (
    <>
      {field.type === "long_text" ? <TextArea {...shared} rows={3} maxLength={10_000} /> : (
        <TextField
          {...shared}
          type={field.type === "date" ? "date" : "text"}
          inputMode={field.type === "integer" ? "numeric" : field.type === "decimal" ? "decimal" : undefined}
          maxLength={500}
          onKeyDown={(event) => event.key === "Enter" && save()}
        />
      )}
      {isOvertaken && (
        <div role="alert" className="mt-1 flex flex-wrap items-center gap-1 rounded-md bg-warning-soft p-2">
          <span className="basis-full" dir="auto">{t("conflictNoName", { field: field.label, theirs: current })}</span>
          <Button
            size="small"
            onClick={() =>
              setDraft(null)}
          >
            {t("keepTheirs", { value: current })}
          </Button>
          <Button size="small" variant="primary" onClick={save}>{t("setMine", { value: draft.typed })}</Button>
        </div>
      )}
    </>
  );
}
