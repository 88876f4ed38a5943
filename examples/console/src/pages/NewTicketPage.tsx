import { useTranslations } from "use-intl";

export default function NewTicketPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
