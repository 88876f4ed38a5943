import { useTranslations } from "use-intl";
import { useExplanation } from "../../hooks/useInboundMail.ts";
import { useStaff } from "../../hooks/usePeople.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import { explainedBy, type TicketMail } from "../../lib/inboundMail.ts";
import { ErrorText } from "../Shared/index.ts";

type Props = {
  mail: TicketMail;
  /** The ticket that the mail belongs to, where it is not the one of the page. */
  number?: number;
};

/**
 * What became of a mail, and why, in the reader's language. The database's own sentence, which is English, where it has
 * a code that this version does not know.
 */
export function Explanation({ mail, number }: Props) {
  const words = useWords(mail, number);
  const { data, error } = useExplanation(mail.inbound_id, mail.outcome, words === null);
  if (words !== null) return words;
  return error ? <ErrorText error={toHelpdeskError(error)} /> : <span dir="auto">{data ?? "…"}</span>;
}

function useWords(mail: TicketMail, number?: number): string | null {
  const t = useTranslations("mail");
  const { data: staff = [] } = useStaff();
  const { outcome, reason, isDecided, refused } = explainedBy(mail);
  const codes = [`outcomes.${outcome}`, ...reason ? [`why.${reason}`] : [], ...refused ? [`refusals.${refused}`] : []];
  if (!codes.every((code) => t.has(code as "outcomes.created"))) return null;

  const values = {
    sender: mail.from_address ?? t("unknownSender"),
    ticket: mail.ticket_id === null ? "gone" : String(number ?? "here"),
  };
  const became = t(`outcomes.${outcome}` as "outcomes.created", values);
  const { count = 0, permitted = 0 } = mail.evidence.opened ?? {};
  const why = reason && t(`why.${reason}` as "why.sender_per_hour", { opened: count, permitted });
  const name = staff.find(({ user_id }) => user_id === mail.decided_by)?.name ?? t("somebody");
  const sentences = [
    isDecided
      ? t("decided", { outcome: became, name })
      : why
      ? t("because", { outcome: became, reason: why })
      : mail.outcome === "failed"
      ? t("failedFor", { outcome: became, problem: mail.reason ?? "" })
      : became,
    isDecided && why ? t("hadWaited", { reason: why }) : null,
    mail.verdict && t(`verdicts.${mail.verdict}`),
    mail.flags.includes("subject_changed") ? t("otherSubject") : null,
    mail.flags.includes("not_who_we_wrote_to") ? t("otherAddress") : null,
    refused && t("refused", { refusal: t(`refusals.${refused}` as "refusals.forwarded") }),
  ];
  return sentences.filter(Boolean).map((sentence) => `${sentence}.`).join(" ");
}
