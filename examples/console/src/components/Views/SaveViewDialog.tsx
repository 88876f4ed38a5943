import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useViewActions } from "../../hooks/useViews.ts";
import { newId } from "../../lib/ids.ts";
import { queryText } from "../../lib/queryText.ts";
import type { View } from "../../lib/models.ts";
import { Button, Dialog, ErrorNote, Select, TextField } from "../Shared/index.ts";

type Props = {
  query: string;
  sort: string;
  /** The view that may be changed instead of making another one. */
  view: View | undefined;
  onClose(): void;
  onSaved(view: View): void;
};

/** Save the filter of the list as a view, for oneself, for a team, or for all staff; or change a view. */
export function SaveViewDialog({ query, sort, view, onClose, onSaved }: Props) {
  const t = useTranslations("queue");
  const { teams, can } = useAuth();
  const { create, change } = useViewActions();
  const [id] = useState(newId);
  const [form, setForm] = useState(() => ({
    name: view?.name ?? "",
    query,
    audience: view?.team_id ? `team ${view.team_id}` : view?.audience ?? "private",
  }));
  const set = (changes: Partial<typeof form>) => setForm({ ...form, ...changes });
  const problem = create.problem ?? change.problem;
  const isReady = form.name.trim() !== "" && !create.isBusy && !change.isBusy;
  const save = async (changed: View | undefined) => {
    const teamId = form.audience.startsWith("team ") ? form.audience.slice(5) : null;
    const given = {
      name: form.name.trim(),
      sort,
      audience: teamId ? "team" as const : form.audience as "private" | "all",
      team_id: teamId,
    };
    const saved = changed
      // The same text is no change: a view may say more than the grammar.
      ? await change.run({
        id: changed.view_id,
        ...given,
        ...form.query === queryText(changed.tree) ? {} : { query: form.query },
      })
      : await create.run({ id, columns: [], query: form.query, ...given });
    if (saved) onSaved(saved.value);
  };
  const options = [
    { value: "private", label: t("forMe") },
    ...teams.map(({ team_id, name }) => ({ value: `team ${team_id}`, label: t("forTeam", { name }) })),
    ...(can("administer") || view?.audience === "all" ? [{ value: "all", label: t("forAll") }] : []),
  ];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(view ? "changeView" : "saveView")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          {view && (
            <Button isBusy={create.isBusy} isDisabled={!isReady} onClick={() => save(undefined)}>
              {t("saveCopy")}
            </Button>
          )}
          <Button
            variant="primary"
            isBusy={view ? change.isBusy : create.isBusy}
            isDisabled={!isReady}
            onClick={() => save(view)}
          >
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {problem && <ErrorNote error={problem} />}
        <TextField label={t("viewName")} value={form.name} onChange={(name) => set({ name })} maxLength={100} />
        <TextField
          label={t("viewQuery")}
          hint={t("viewQueryHint")}
          value={form.query}
          onChange={(query) => set({ query })}
          maxLength={512}
        />
        <Select
          label={t("viewFor")}
          value={form.audience}
          onChange={(audience) => set({ audience })}
          options={options}
        />
      </div>
    </Dialog>
  );
}
