import { useState } from "react";
import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { TeamDialog } from "../../components/Admin/TeamDialog.tsx";
import { Teams } from "../../components/Admin/Teams.tsx";
import { Button } from "../../components/Shared/index.ts";

export default function TeamsPage() {
  const t = useTranslations("admin");
  const [isMaking, setMaking] = useState(false);
  return (
    <AdminFrame
      intro={t("teamsIntro")}
      actions={<Button variant="primary" onClick={() => setMaking(true)}>{t("newTeam")}</Button>}
    >
      <Teams />
      <TeamDialog isOpen={isMaking} onClose={() => setMaking(false)} />
    </AdminFrame>
  );
}
