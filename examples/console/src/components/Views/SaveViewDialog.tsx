import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useViewActions } from "../../hooks/useViews.ts";
import { newId } from "../../lib/ids.ts";
import type { View } from "../../lib/models.ts";
import { Button, Dialog, ErrorNote, Select, TextField } from "../Shared/index.ts";

type Props = { query: string; sort: string; onClose(): void; onSaved(view: View): void };

/** Save the filter of the list as a view: for oneself, for a team, or for all staff. */
export function SaveViewDialog({ query, sort, onClose, onSaved }: Props) {
  const t = useTranslations("queue");
  const { teams, can } = useAuth();
  const { create } = useViewActions();
  const [id] = useState(newId);
  const [name, setName] = useState("");
  const [audience, setAudience] = useState("private");
  const save = async () => {
    const teamId = audience.startsWith("team ") ? audience.slice(5) : null;
    const saved = await create.run({
      id,
      name,
      query,
      sort,
      columns: [],
      audience: teamId ? "team" : audience as "private" | "all",
      team_id: teamId,
    });
    if (saved) onSaved(saved.value);
  };
  const options = [
    { value: "private", label: t("forMe") },
    ...teams.map(({ team_id, name }) => ({ value: `team ${team_id}`, label: t("forTeam", { name }) })),
    ...(can("administer") ? [{ value: "all", label: t("forAll") }] : []),
  ];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("saveView")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" isBusy={create.isBusy} isDisabled={!name.trim()} onClick={save}>{t("save")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <code className="rounded-md bg-sunken px-2 py-1 break-words">{query || "–"}</code>
        {create.problem && <ErrorNote error={create.problem} />}
        <TextField label={t("viewName")} value={name} onChange={setName} maxLength={100} />
        <Select label={t("viewFor")} value={audience} onChange={setAudience} options={options} />
      </div>
    </Dialog>
  );
}
