import { useTranslations } from "use-intl";

export default function SettingsPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
