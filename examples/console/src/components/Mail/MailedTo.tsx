import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import { fateOf, isTrouble, type MailFate, type OutboundMail } from "../../lib/outboundMail.ts";
import { Badge, type Tone } from "../Shared/index.ts";

/** Below a reply: to whom it was mailed, and what became of each mail. */
export function MailedTo({ mails }: { mails: readonly OutboundMail[] }) {
  return (
    <TextsOf role="mail">
      <Recipients mails={mails} />
    </TextsOf>
  );
}

function Recipients({ mails }: { mails: readonly OutboundMail[] }) {
  const t = useTranslations("mail");
  return (
    <ul aria-label={t("mailedTo")} className="mt-2 flex flex-col gap-1 text-xs">
      {mails.map((mail) => {
        const fate = fateOf(mail);
        return (
          <li key={mail.email_id} className="flex flex-wrap items-center gap-x-2">
            <span className="break-all text-muted" dir="ltr">{mail.recipient}</span>
            <Badge tone={toneOf(fate)}>{t(`fates.${fate}`)}</Badge>
            {isTrouble(fate) && (
              <span className="break-words text-muted" dir="auto">{mail.bounce_reason ?? mail.problem}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function toneOf(fate: MailFate): Tone {
  if (fate === "delivered") return "success";
  if (fate === "unknown") return "warning";
  return isTrouble(fate) ? "danger" : "neutral";
}
