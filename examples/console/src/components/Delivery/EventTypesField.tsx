import { useTranslations } from "use-intl";
import { type ChosenTypes, EVENT_GROUPS } from "../../lib/deliveries.ts";
import { Checkbox, TextField } from "../Shared/index.ts";

type Props = { value: ChosenTypes; onChange(value: ChosenTypes): void };

/** Which events a webhook receives: all, groups, or types by name. */
export function EventTypesField({ value, onChange }: Props) {
  const t = useTranslations("deliveries");
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t("events")}</legend>
      <Checkbox
        label={t("allEvents")}
        isChecked={value.isAll}
        onChange={(isAll) => onChange({ ...value, isAll })}
      />
      {!value.isAll && (
        <>
          <div className="flex flex-wrap gap-x-5 gap-y-1">
            {EVENT_GROUPS.map((group) => (
              <Checkbox
                key={group}
                label={t(`groups.${group}`)}
                isChecked={value.groups.includes(group)}
                onChange={(isChecked) =>
                  onChange({
                    ...value,
                    groups: EVENT_GROUPS.filter((one) => one === group ? isChecked : value.groups.includes(one)),
                  })}
              />
            ))}
          </div>
          <TextField
            label={t("moreTypes")}
            hint={t("moreTypesHint")}
            value={value.others}
            onChange={(others) => onChange({ ...value, others })}
          />
        </>
      )}
    </fieldset>
  );
}
