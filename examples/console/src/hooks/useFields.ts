import { keys } from "../lib/queryKeys.ts";
import * as fields from "../services/fields.ts";
import { useAction } from "./useAction.ts";

type Key = { key: string };
type Option = Key & { value: string };

/** What an admin does to custom fields. */
export function useFieldActions() {
  const changes = [keys.fields()];
  return {
    create: useAction(fields.createField, changes),
    change: useAction(({ key, ...given }: Key & fields.FieldChanges) => fields.changeField(key, given), changes),
    setTeams: useAction(
      ({ key, teamIds }: Key & { teamIds: string[] | null }) => fields.setFieldTeams(key, teamIds),
      changes,
    ),
    addOption: useAction(fields.addOption, changes),
    changeOption: useAction(
      ({ key, value, ...given }: Option & Parameters<typeof fields.changeOption>[2]) =>
        fields.changeOption(key, value, given),
      changes,
    ),
  };
}
