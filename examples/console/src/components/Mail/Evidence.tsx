import { TicketLink } from "./TicketLink.tsx";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { evidenceRows, type TicketMail } from "../../lib/inboundMail.ts";
import type { Ticket } from "../../lib/models.ts";
import { Badge, Time, type Tone } from "../Shared/index.ts";

const TONES: Record<string, Tone> = { pass: "success", fail: "danger", none: "warning" };

/** What was weighed about a mail, line by line. What the mail says of itself is text, and proves nothing. */
export function Evidence({ mail, tickets = [] }: { mail: TicketMail; tickets?: readonly Ticket[] }) {
  const t = useTranslations("mail");
  const hits = mail.evidence.hits ?? [];
  return (
    <div className="overflow-x-auto rounded-md border border-line" tabIndex={0}>
      <table className="w-full border-collapse text-start text-xs" aria-label={t("evidence")}>
        <tbody>
          <Line name={t("verdict")}>
            <Badge tone={TONES[mail.verdict ?? "none"]}>{t(`verdicts.${mail.verdict ?? "none"}`)}</Badge>
          </Line>
          {hits.map((hit, index) => {
            const ticket = tickets.find(({ ticket_id }) => ticket_id === hit.ticket_id);
            return (
              <Line key={index} name={t("names")}>
                {ticket
                  ? <TicketLink ticket={ticket} />
                  : hit.ticket_id === mail.ticket_id
                  ? t("thisTicket")
                  : t("otherTicket")}
                {` · ${word(t, "vias", hit.via)} `}
                {hit.refused && <span className="text-danger">· {word(t, "refusals", hit.refused)}</span>}
              </Line>
            );
          })}
          {evidenceRows(mail).map(({ key, value, isTime }) => (
            <Line key={key} name={t(`rows.${key}`)}>
              {isTime
                ? <Time at={value} />
                : <span dir="auto" className="break-all">{key === "source" ? word(t, "providers", value) : value}
                </span>}
            </Line>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The words for a code of the database; the code itself when it is new. */
function word(
  t: ReturnType<typeof useTranslations<"mail">>,
  group: "vias" | "refusals" | "providers",
  code: string,
): string {
  const key = `${group}.${code}` as "vias.token";
  return t.has(key) ? t(key) : code;
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <tr className="border-t border-line first:border-t-0">
      <th scope="row" className="w-40 px-3 py-1.5 text-start align-top font-medium text-muted">{name}</th>
      <td className="px-3 py-1.5 align-top">{children}</td>
    </tr>
  );
}
