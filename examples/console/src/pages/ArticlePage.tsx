import { useTranslations } from "use-intl";

export default function ArticlePage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
