import { useState } from "react";
import { useTranslations } from "use-intl";
import { useWebhookActions } from "../../hooks/useWebhooks.ts";
import { type ChosenTypes, chosenTypes, namedTypes, type NewWebhook, type Webhook } from "../../lib/deliveries.ts";
import { TeamSelect } from "../Admin/Team.tsx";
import { Select, TextField } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";
import { EventTypesField } from "./EventTypesField.tsx";

type Props = { webhook?: Webhook; onClose(): void; onMade?(made: NewWebhook): void };

/** The form of a webhook: a new one, or `webhook`. */
export function WebhookDialog({ webhook, onClose, onMade }: Props) {
  const t = useTranslations("deliveries");
  const { create, change } = useWebhookActions();
  const [types, setTypes] = useState<ChosenTypes>(() => chosenTypes(webhook?.event_types ?? ["*"]));
  const [given, setGiven] = useState({
    url: webhook?.url ?? "",
    description: webhook?.description ?? "",
    team_id: webhook?.team_id ?? null,
    audience: webhook?.audience ?? "staff" as const,
  });
  const event_types = namedTypes(types);
  const save = async () => {
    const values = { ...given, url: given.url.trim(), event_types };
    if (webhook) {
      if (await change.run({ id: webhook.webhook_id, ...values })) onClose();
      return;
    }
    const made = await create.run(values);
    if (made) onMade?.(made.value);
  };
  return (
    <FormDialog
      title={webhook ? t("editWebhook") : t("newWebhook")}
      saveLabel={webhook ? t("save") : t("create")}
      isBusy={create.isBusy || change.isBusy}
      isDisabled={given.url.trim() === "" || event_types.length === 0}
      problem={create.problem ?? change.problem}
      onSave={save}
      onClose={onClose}
    >
      <TextField
        label={t("url")}
        hint={t("urlHint")}
        value={given.url}
        onChange={(url) => setGiven({ ...given, url })}
      />
      <TextField
        label={t("description")}
        value={given.description}
        maxLength={1000}
        onChange={(description) => setGiven({ ...given, description })}
      />
      <EventTypesField value={types} onChange={setTypes} />
      <TeamSelect
        label={t("team")}
        hint={t("teamHint")}
        value={given.team_id}
        onChange={(team_id) => setGiven({ ...given, team_id })}
        none={t("allTeams")}
      />
      <Select
        label={t("audience")}
        value={given.audience}
        onChange={(audience) => setGiven({ ...given, audience: audience as Webhook["audience"] })}
        options={(["staff", "customer"] as const).map((value) => ({ value, label: t(`audiences.${value}`) }))}
      />
    </FormDialog>
  );
}
