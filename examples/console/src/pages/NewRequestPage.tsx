import { useTranslations } from "use-intl";

export default function NewRequestPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
