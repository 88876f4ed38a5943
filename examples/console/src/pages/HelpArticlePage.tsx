import { useTranslations } from "use-intl";

export default function HelpArticlePage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
