import { useState } from "react";
import { useTranslations } from "use-intl";
import { useTeamActions } from "../../hooks/useTeams.ts";
import { newId } from "../../lib/ids.ts";
import type { Team } from "../../lib/models.ts";
import { Switch, TextArea, TextField } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

type Props = { isOpen: boolean; team?: Team; onClose(): void };

/** The form of a team: a new one, or `team`. */
export function TeamDialog(props: Props) {
  return props.isOpen ? <OpenTeamDialog {...props} /> : null;
}

function OpenTeamDialog({ team, onClose }: Props) {
  const t = useTranslations("admin");
  const { create, change } = useTeamActions();
  const [given, setGiven] = useState({
    team_id: team?.team_id ?? newId(),
    name: team?.name ?? "",
    description: team?.description ?? "",
    is_public: team?.is_public ?? true,
  });
  const save = async () => {
    const { team_id: id, ...changes } = given;
    if (await (team ? change.run({ id, ...changes }) : create.run(given))) onClose();
  };
  return (
    <FormDialog
      title={team ? t("editTeam") : t("newTeam")}
      saveLabel={t("save")}
      isBusy={create.isBusy || change.isBusy}
      isDisabled={!given.name.trim()}
      problem={create.problem ?? change.problem}
      onSave={save}
      onClose={onClose}
    >
      <TextField label={t("name")} value={given.name} onChange={(name) => setGiven({ ...given, name })} />
      <TextArea
        label={t("description")}
        rows={3}
        value={given.description}
        onChange={(description) => setGiven({ ...given, description })}
      />
      <Switch
        label={t("publicTeamText")}
        isOn={given.is_public}
        onChange={(is_public) => setGiven({ ...given, is_public })}
      />
    </FormDialog>
  );
}
