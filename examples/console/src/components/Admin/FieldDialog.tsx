import { useTranslations } from "use-intl";
import { useFieldForm } from "../../hooks/useFieldForm.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { FIELD_TYPES, takesOptions } from "../../lib/fieldForm.ts";
import type { TicketField } from "../../lib/models.ts";
import { Checkbox, Select, TextArea, TextField } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

type Props = { isOpen: boolean; field?: TicketField; onClose(): void };

/** The form of a custom field: a new one, or `field`. */
export function FieldDialog(props: Props) {
  return props.isOpen ? <OpenFieldDialog {...props} /> : null;
}

function OpenFieldDialog({ field, onClose }: Props) {
  const t = useTranslations("admin");
  const teams = useTeams();
  const { form, set, save, isBusy, problem } = useFieldForm(field);
  const submit = async () => {
    if (await save()) onClose();
  };
  // A field never becomes staff_only, and never stops being it.
  const audiences = (["customer_editable", "customer_visible", "staff_only"] as const)
    .filter((audience) => !field || (audience === "staff_only") === (field.audience === "staff_only"));
  return (
    <FormDialog
      title={field ? t("editField") : t("newField")}
      saveLabel={t("save")}
      isBusy={isBusy}
      isDisabled={!form.label.trim() || !form.key}
      problem={problem}
      onSave={submit}
      onClose={onClose}
    >
      <TextField label={t("fieldLabel")} value={form.label} onChange={(label) => set({ label })} />
      {!field && (
        <>
          <TextField
            label={t("fieldKey")}
            hint={t("fieldKeyHint")}
            value={form.key}
            onChange={(key) => set({ key })}
          />
          <Select
            label={t("fieldType")}
            value={form.type}
            onChange={(type) => set({ type })}
            options={FIELD_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          />
        </>
      )}
      {takesOptions(form.type) && (
        <TextArea
          label={t("options")}
          hint={t("optionsHint")}
          rows={5}
          value={form.options}
          onChange={(options) => set({ options })}
        />
      )}
      <TextField label={t("helpText")} value={form.help_text} onChange={(help_text) => set({ help_text })} />
      <Select
        label={t("audience")}
        value={form.audience}
        onChange={(audience) => set({ audience })}
        options={audiences.map((value) => ({ value, label: t(`audiences.${value}`) }))}
      />
      <Select
        label={t("requiredFor")}
        value={form.required_for}
        onChange={(required_for) => set({ required_for })}
        options={(["none", "create", "resolve"] as const).map((value) => ({ value, label: t(`required.${value}`) }))}
      />
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium">{t("teams")}</legend>
        <Checkbox
          label={t("allTeams")}
          isChecked={form.teamIds === null}
          onChange={(isAll) => set({ teamIds: isAll ? null : [] })}
        />
        {form.teamIds !== null && teams.data?.map(({ team_id, name }) => (
          <Checkbox
            key={team_id}
            label={name}
            isChecked={form.teamIds?.includes(team_id) ?? false}
            onChange={(isIn) => {
              const others = form.teamIds?.filter((id) => id !== team_id) ?? [];
              set({ teamIds: isIn ? [...others, team_id] : others });
            }}
          />
        ))}
      </fieldset>
    </FormDialog>
  );
}
