import { useTranslations } from "use-intl";

export default function KnowledgeGapsPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
