import { useState } from "react";
import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { Addresses } from "../../components/Mail/Addresses.tsx";
import { AutomaticMails } from "../../components/Mail/AutomaticMails.tsx";
import { Blocks } from "../../components/Mail/Blocks.tsx";
import { ChannelDialog } from "../../components/Mail/ChannelDialog.tsx";
import { Channels } from "../../components/Mail/Channels.tsx";
import { MailSettings } from "../../components/Mail/MailSettings.tsx";
import { Suppressions } from "../../components/Mail/Suppressions.tsx";
import { Button } from "../../components/Shared/index.ts";

export default function MailPage() {
  const t = useTranslations("channels");
  const [isMaking, setMaking] = useState(false);
  return (
    <AdminFrame
      intro={t("intro")}
      actions={<Button variant="primary" onClick={() => setMaking(true)}>{t("newChannel")}</Button>}
    >
      <div className="flex flex-col gap-8">
        <Channels />
        <MailSettings />
        <AutomaticMails />
        <Suppressions />
        <Blocks />
        <Addresses />
      </div>
      {isMaking && <ChannelDialog onClose={() => setMaking(false)} />}
    </AdminFrame>
  );
}
