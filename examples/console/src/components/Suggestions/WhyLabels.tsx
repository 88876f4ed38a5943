import { useFormatter, useTranslations } from "use-intl";
import { Link } from "@tanstack/react-router";
import { useTicketsByNumber } from "../../hooks/useNames.ts";
import { useLabels } from "../../hooks/useProposals.ts";
import type { Label, Proposal } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** Why these labels: how many tickets like this one have them, and the nearest ones. */
export function WhyLabels({ proposal }: { proposal: Proposal }) {
  const t = useTranslations("assistant");
  const format = useFormatter();
  const labels = useLabels(proposal.ticket_id, true);
  return (
    <Loaded query={labels} lines={2}>
      {(found) => {
        const mine = found.filter((label) => isProposed(label, proposal));
        if (mine.length === 0) {
          return <p className="text-muted">{t(proposal.mode === "model" ? "whyModel" : "whyUnknown")}</p>;
        }
        return (
          <ul className="flex flex-col gap-1 text-muted">
            {mine.map((label) => (
              <li key={`${label.kind}-${label.label}`}>
                <bdi className="font-medium text-default">{label.name ?? label.label}</bdi>:{" "}
                {t("share", { share: format.number(label.share, { style: "percent" }) })}{" "}
                {label.because.length > 0 && <Nearest numbers={label.because} />}
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}

/** The tickets that decided it. */
function Nearest({ numbers }: { numbers: number[] }) {
  const t = useTranslations("assistant");
  const { data: tickets = [] } = useTicketsByNumber(numbers);
  return (
    <>
      {t("nearest")}
      <ul className="ms-3">
        {tickets.map(({ ticket_id: ticketId, number, title }) => (
          <li key={ticketId}>
            <Link
              to="/tickets/$ticketId"
              params={{ ticketId }}
              className="block min-h-[24px] truncate py-0.5 text-accent hover:underline"
            >
              #{number} <bdi>{title}</bdi>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function isProposed({ kind, label }: Label, { payload }: Proposal): boolean {
  if (kind === "team") return payload.team_id === label;
  if (kind === "priority") return payload.priority === label;
  if (kind === "assignee") return payload.assigned_to === label;
  if (kind === "spam") return payload.spam === true;
  return Array.isArray(payload.add_tags) && payload.add_tags.includes(label);
}
