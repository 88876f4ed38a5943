import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSlackActions } from "../../hooks/useSlack.ts";
import { canConnect, type SlackSecrets } from "../../lib/slack.ts";
import { Button, Dialog, ErrorNote, TextField } from "../Shared/index.ts";

const FIELDS = ["workspace_id", "workspace_name", "bot_user_id", "bot_token", "signing_secret"] as const;
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
  const values = Object.fromEntries(FIELDS.map((field) => [field, given[field].trim()])) as SlackSecrets;
  const save = async () => {
    if (await connect.run(values)) onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("connect")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" isBusy={connect.isBusy} isDisabled={!canConnect(values)} onClick={save}>
            {t("connectNow")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{t("connectText")}</p>
        {connect.problem && <ErrorNote error={connect.problem} />}
        {FIELDS.map((field) => (
          <TextField
            key={field}
            label={t(`fields.${field}`)}
            hint={t(`hints.${field}`)}
            type={SECRETS.includes(field) ? "password" : "text"}
            autoComplete="off"
            value={given[field]}
            onChange={(value) => setGiven({ ...given, [field]: value })}
          />
        ))}
      </div>
    </Dialog>
  );
}
