import { Mail } from "lucide-react";
import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import type { TicketMail } from "../../lib/inboundMail.ts";
import { IconButton } from "../Shared/index.ts";
import { MailFlags } from "./MailFlags.tsx";

type Props = { mail: TicketMail; panelId: string; isOpen: boolean; onToggle(isOpen: boolean): void };

/** In the head of a message: that it came as a mail, what a reader should know, and a button that says more. */
export function MailMark(props: Props) {
  return (
    <TextsOf role="mail">
      <Mark {...props} />
    </TextsOf>
  );
}

function Mark({ mail, panelId, isOpen, onToggle }: Props) {
  const t = useTranslations("mail");
  return (
    <>
      <MailFlags mail={mail} />
      <IconButton
        label={isOpen ? t("hideMail") : t("showMail")}
        icon={Mail}
        size="small"
        isExpanded={isOpen}
        controls={panelId}
        onClick={() => onToggle(!isOpen)}
      />
    </>
  );
}
