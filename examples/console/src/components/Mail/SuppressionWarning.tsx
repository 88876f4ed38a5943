import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import { useSuppressedRecipients } from "../../hooks/useOutboundMail.ts";
import type { TicketDetails } from "../../lib/models.ts";

/** Before somebody writes: who would not receive the reply by mail, and why. */
export default function SuppressionWarning({ ticket }: { ticket: TicketDetails }) {
  return (
    <TextsOf role="mail">
      <Warning ticket={ticket} />
    </TextsOf>
  );
}

function Warning({ ticket }: { ticket: TicketDetails }) {
  const t = useTranslations("mail");
  const { data: suppressed = [] } = useSuppressedRecipients(ticket);
  if (suppressed.length === 0) return null;
  return (
    <div role="alert" className="bg-warning-soft px-3 py-2">
      <ul>
        {suppressed.map(({ address, reason, detail }) => (
          <li key={address} className="break-words">
            {t("nothingIsSent", { address, reason: t(`reasons.${reason}`) })}{" "}
            <span className="text-muted" dir="auto">{detail}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
