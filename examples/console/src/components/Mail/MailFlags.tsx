import { useTranslations } from "use-intl";
import { flagsOf, type TicketMail } from "../../lib/inboundMail.ts";
import { Badge } from "../Shared/index.ts";

/** What a reader of a mail should know. */
export function MailFlags({ mail }: { mail: Pick<TicketMail, "flags"> }) {
  const t = useTranslations("mail");
  return flagsOf(mail).map(({ flag, isWarning }) => (
    <Badge key={flag} tone={isWarning ? "warning" : "neutral"}>{t(`flags.${flag}`)}</Badge>
  ));
}
