import { useState } from "react";
import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { Button } from "../../components/Shared/index.ts";
import { ConnectDialog } from "../../components/Slack/ConnectDialog.tsx";
import { Workspaces } from "../../components/Slack/Workspaces.tsx";

export default function SlackPage() {
  const t = useTranslations("slack");
  const [isConnecting, setConnecting] = useState(false);
  return (
    <AdminFrame
      intro={t("intro")}
      actions={<Button variant="primary" onClick={() => setConnecting(true)}>{t("connect")}</Button>}
    >
      <Workspaces />
      {isConnecting && <ConnectDialog onClose={() => setConnecting(false)} />}
    </AdminFrame>
  );
}
