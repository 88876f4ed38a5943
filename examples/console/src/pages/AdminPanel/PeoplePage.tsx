import { useState } from "react";
import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { Invitations, InviteDialog } from "../../components/Admin/Invitations.tsx";
import { People } from "../../components/Admin/People.tsx";
import { Button } from "../../components/Shared/index.ts";

export default function PeoplePage() {
  const t = useTranslations("admin");
  const [isInviting, setInviting] = useState(false);
  return (
    <AdminFrame
      intro={t("peopleIntro")}
      actions={<Button variant="primary" onClick={() => setInviting(true)}>{t("invite")}</Button>}
    >
      <People />
      <Invitations />
      <InviteDialog isOpen={isInviting} onClose={() => setInviting(false)} />
    </AdminFrame>
  );
}
