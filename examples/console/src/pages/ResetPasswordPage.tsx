import { useTranslations } from "use-intl";

export default function ResetPasswordPage() {
  return <p className="p-8 text-muted">{useTranslations("shell")("comingSoon")}</p>;
}
