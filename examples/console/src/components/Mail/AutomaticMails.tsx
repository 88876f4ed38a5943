import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAutomaticMails } from "../../hooks/useMailSettings.ts";
import type { AutomaticMail } from "../../lib/mailSettings.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { Badge, Checkbox, Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** What the helpdesk wrote by itself, and why it did not write the rest. */
export function AutomaticMails() {
  const t = useTranslations("automatic");
  const [isSkipped, setSkipped] = useState(true);
  return (
    <section aria-label={t("log")} className="flex flex-col gap-3">
      <h2 className="font-semibold">{t("log")}</h2>
      <p className="max-w-prose text-muted">{t("logHint")}</p>
      <Checkbox label={t("onlySkipped")} isChecked={isSkipped} onChange={setSkipped} />
      <Loaded query={useAutomaticMails(isSkipped)} lines={2}>
        {(mails) =>
          mails.length === 0
            ? <p className="text-muted">{t(isSkipped ? "noneSkipped" : "noneWritten")}</p>
            : (
              <Rows label={t("log")} heads={[t("when"), t("mail"), t("ticket"), t("to"), t("outcome")]}>
                {mails.map((mail) => <MailRow key={mail.automatic_id} mail={mail} />)}
              </Rows>
            )}
      </Loaded>
    </section>
  );
}

function MailRow({ mail }: { mail: AutomaticMail }) {
  const t = useTranslations("automatic");
  const reason = `reasons.${mail.reason}` as "reasons.loop";
  return (
    <Row>
      <Cell>
        <Time at={mail.created_at} isShort />
      </Cell>
      <Cell>{t(`kinds.${mail.kind}`)}</Cell>
      <Cell>
        <Link to="/tickets/$ticketId" params={{ ticketId: mail.ticket_id }} className="text-accent underline">
          {mail.ticket ? `#${mail.ticket.number}` : t("ticket")}
        </Link>
      </Cell>
      <Cell>
        <span dir="ltr" className="inline-block min-w-40 break-all">{mail.recipient}</span>
      </Cell>
      <Cell>
        <Badge tone={mail.state === "queued" ? "success" : "neutral"}>{t(`states.${mail.state}`)}</Badge>{" "}
        {mail.reason !== null && <span className="text-muted">{t.has(reason) ? t(reason) : mail.reason}</span>}
      </Cell>
    </Row>
  );
}
