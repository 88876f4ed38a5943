import { useTranslations } from "use-intl";

export default function KnowledgePage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
