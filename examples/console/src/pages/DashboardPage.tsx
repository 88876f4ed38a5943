import { useTranslations } from "use-intl";

export default function DashboardPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
