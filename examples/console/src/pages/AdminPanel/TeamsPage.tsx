import { useTranslations } from "use-intl";

export default function TeamsPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
