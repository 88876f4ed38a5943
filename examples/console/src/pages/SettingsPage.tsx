import { useTranslations } from "use-intl";
import { MailNotifications } from "../components/Settings/MailNotifications.tsx";
import { Preferences } from "../components/Settings/Preferences.tsx";
import { Profile } from "../components/Settings/Profile.tsx";
import { PageHeader } from "../components/Shared/index.ts";
import { TextsOf } from "../contexts/LanguageContext.tsx";
import { useAuth } from "../contexts/AuthContext.tsx";

export default function SettingsPage() {
  return (
    <TextsOf role="settings">
      <Settings />
    </TextsOf>
  );
}

function Settings() {
  const t = useTranslations("settings");
  const { me, can } = useAuth();
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4 sm:p-6">
      <PageHeader title={t("title")} />
      <p className="text-muted">{t("intro")}</p>
      <Preferences isStaff={can("work")} />
      {can("work") && <MailNotifications />}
      {me && <Profile me={me} />}
    </div>
  );
}
