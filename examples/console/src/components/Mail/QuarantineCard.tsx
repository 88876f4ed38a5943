import { ListFilter } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { QuarantinedMail } from "../../hooks/useQuarantine.ts";
import { senderOf } from "../../lib/inboundMail.ts";
import { Button, Checkbox, IconButton, Markdown, Time } from "../Shared/index.ts";
import { Evidence } from "./Evidence.tsx";
import { Explanation } from "./Explanation.tsx";
import { MailFlags } from "./MailFlags.tsx";
import { Original } from "./Original.tsx";
import { QuarantineDecision } from "./QuarantineDecision.tsx";
import { TicketLink } from "./TicketLink.tsx";

const SHORT = 600;

type Props = {
  mail: QuarantinedMail;
  isCurrent: boolean;
  isSelected: boolean;
  onToggle(): void;
  /** Show only the mails of its sender. */
  onSender(address: string): void;
};

/** A mail in quarantine: why it waits, what it says, the evidence, and what a person may decide. */
export function QuarantineCard({ mail, isCurrent, isSelected, onToggle, onSender }: Props) {
  const t = useTranslations("mail");
  const [isWhole, setWhole] = useState(false);
  const ticket = mail.tickets.find(({ ticket_id }) => ticket_id === mail.ticket_id);
  const text = mail.body ?? "";
  const isLong = text.length > SHORT;
  return (
    <article
      aria-label={mail.subject || t("noSubject")}
      className={`rounded-lg border bg-raised ${isCurrent ? "border-accent" : "border-line"}`}
    >
      <header
        className={`flex flex-wrap items-center gap-x-3 gap-y-1 rounded-t-lg border-b border-line px-4 py-2 ${
          isSelected ? "bg-selected" : ""
        }`}
      >
        <Checkbox
          label={t("many.select", { subject: mail.subject || t("noSubject") })}
          isLabelHidden
          isChecked={isSelected}
          onChange={onToggle}
        />
        <h2 className="min-w-0 flex-1 truncate font-medium" dir="auto">{mail.subject || t("noSubject")}</h2>
        <MailFlags mail={mail} />
        <span className="text-muted">
          <Time at={mail.received_at} />
        </span>
        {mail.from_address && (
          <p className="flex w-full items-center gap-1 text-muted">
            <span className="min-w-0 break-all" dir="auto">{senderOf(mail)}</span>
            <IconButton
              label={t("onlySender", { address: mail.from_address })}
              icon={ListFilter}
              size="small"
              onClick={() => onSender(mail.from_address!)}
            />
          </p>
        )}
      </header>
      <div className="flex flex-col gap-3 px-4 py-3">
        <p className="rounded-md bg-warning-soft px-3 py-2 break-words">
          <Explanation mail={mail} number={ticket?.number} />
        </p>
        {ticket && (
          <p>
            {t("namesTicket")} <TicketLink ticket={ticket} />
          </p>
        )}
        {text.trim() === ""
          ? <p className="text-muted italic">{t("noText")}</p>
          : (
            <div className="min-w-0 wrap-anywhere" dir="auto">
              <Markdown text={isLong && !isWhole ? `${text.slice(0, SHORT)} …` : text} />
              {isLong && (
                <Button size="small" variant="ghost" onClick={() => setWhole(!isWhole)}>
                  {isWhole ? t("showLess") : t("showAll")}
                </Button>
              )}
            </div>
          )}
        <Original mail={mail} />
        <details>
          <summary className="min-h-[24px] cursor-pointer font-medium">{t("evidence")}</summary>
          <div className="mt-2">
            <Evidence mail={mail} tickets={mail.tickets} />
          </div>
        </details>
        <QuarantineDecision mail={mail} onDone={() => isSelected && onToggle()} />
      </div>
    </article>
  );
}
