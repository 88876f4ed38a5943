import { useState } from "react";
import { useTranslations } from "use-intl";
import { usePeopleActions } from "../../hooks/usePeople.ts";
import type { Person } from "../../lib/models.ts";
import { Button, ErrorNote, Panel, TextField, useToast } from "../Shared/index.ts";

/** The person's own name. */
export function Profile({ me }: { me: Person }) {
  const t = useTranslations("settings");
  const { toast } = useToast();
  const { rename } = usePeopleActions();
  const [name, setName] = useState(me.name);
  const save = async () => {
    if (await rename.run({ id: me.user_id, name })) toast({ title: t("saved"), kind: "success" });
  };
  return (
    <Panel title={t("profile")}>
      <div className="flex flex-wrap items-end gap-3 p-4">
        <div className="w-72 max-w-full">
          <TextField label={t("name")} value={name} onChange={setName} autoComplete="name" maxLength={200} />
        </div>
        <Button isBusy={rename.isBusy} isDisabled={name.trim() === me.name} onClick={save}>{t("save")}</Button>
        <p className="w-full text-muted">{me.email}</p>
        {rename.problem && <ErrorNote error={rename.problem} />}
      </div>
    </Panel>
  );
}
