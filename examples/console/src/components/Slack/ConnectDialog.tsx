import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSlackActions } from "../../hooks/useSlack.ts";
import { isWrongSecret, SLACK_FIELDS, type SlackSecrets } from "../../lib/slack.ts";
import { TextField } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

const SECRETS: readonly string[] = ["bot_token", "signing_secret"];

/** The form that connects a workspace, or replaces its secrets. */
export function ConnectDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations("slack");
  const { connect } = useSlackActions();
  const [given, setGiven] = useState<SlackSecrets>({
    workspace_id: "",
    workspace_name: "",
    bot_user_id: "",
    bot_token: "",
    signing_secret: "",
  });
  const values = Object.fromEntries(SLACK_FIELDS.map((field) => [field, given[field].trim()])) as SlackSecrets;
  const wrong = SLACK_FIELDS.filter((field) => isWrongSecret(field, values[field]));
  const save = async () => {
    if (await connect.run(values)) onClose();
  };
  return (
    <FormDialog
      title={t("connect")}
      saveLabel={t("connectNow")}
      isBusy={connect.isBusy}
      isDisabled={wrong.length > 0}
      problem={connect.problem}
      onSave={save}
      onClose={onClose}
    >
      <p className="text-muted">{t("connectText")}</p>
      {SLACK_FIELDS.map((field) => (
        <TextField
          key={field}
          label={t(`fields.${field}`)}
          hint={t(`hints.${field}`)}
          error={values[field] !== "" && wrong.includes(field)
            ? t("wrongForm", { hint: t(`hints.${field}`) })
            : undefined}
          type={SECRETS.includes(field) ? "password" : "text"}
          autoComplete="off"
          value={given[field]}
          onChange={(value) => setGiven({ ...given, [field]: value })}
        />
      ))}
    </FormDialog>
  );
}
