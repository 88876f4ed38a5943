import { useState } from "react";
import {
  emptyFieldForm,
  type FieldForm,
  formOf,
  keyOf,
  optionChanges,
  parseOptions,
  takesOptions,
} from "../lib/fieldForm.ts";
import type { TicketField } from "../lib/models.ts";
import { useFieldActions } from "./useFields.ts";

/** The form of a custom field, and what saves it. A step that fails leaves the form as it is: save again. */
export function useFieldForm(field: TicketField | undefined) {
  const [form, setForm] = useState<FieldForm>(() => field ? formOf(field) : emptyFieldForm());
  const actions = useFieldActions();
  const set = (changes: Partial<FieldForm>) =>
    setForm((before) => {
      const isOwnKey = field !== undefined || (before.key !== "" && before.key !== keyOf(before.label));
      const key = changes.label !== undefined && !isOwnKey ? { key: keyOf(changes.label) } : {};
      return { ...before, ...key, ...changes };
    });

  async function create(): Promise<boolean> {
    const { teamIds, options, ...given } = form;
    const created = await actions.create.run({
      ...given,
      options: takesOptions(form.type) ? parseOptions(options) : [],
      team_ids: teamIds,
    });
    return created !== null;
  }

  async function change(
    { key, options, teamIds }: TicketField,
  ) {
    const { label, help_text, audience, required_for } = form;
    if (!await actions.change.run({ key, label, help_text, audience, required_for })) return false;
    const wanted = takesOptions(form.type) ? optionChanges({ options } as TicketField, parseOptions(form.options)) : [];
    for (const { kind, value, label } of wanted) {
      const done = kind === "add"
        ? await actions.addOption.run({ field_key: key, value, label, position: wanted.length + options.length })
        : await actions.changeOption.run({ key, value, label, retired_at: kind === "retire" ? "now" : null });
      if (!done) return false;
    }
    const before = teamIds === null ? null : [...teamIds].sort();
    const after = form.teamIds === null ? null : [...form.teamIds].sort();
    return String(before) === String(after) || await actions.setTeams.run({ key, teamIds: after }) !== null;
  }

  const all = Object.values(actions);
  return {
    form,
    set,
    save: () => field ? change(field) : create(),
    isBusy: all.some((action) => action.isBusy),
    problem: all.find((action) => action.problem)?.problem ?? null,
  };
}
