import { useTranslations } from "use-intl";

export default function ViewsPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
