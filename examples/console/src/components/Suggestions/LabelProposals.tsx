import { Check, CircleHelp, X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useProposalActions } from "../../hooks/useProposals.ts";
import { useNames } from "../../hooks/useNames.ts";
import type { Priority, Proposal, Ticket } from "../../lib/models.ts";
import { changesOf, isStale, isUndoable, sureness } from "../../lib/proposals.ts";
import { Badge, ErrorNote, IconButton, useToast } from "../Shared/index.ts";
import { WhyLabels } from "./WhyLabels.tsx";

/** Labels, an assignee, fields or a merge that the assistant proposes: a line each, with yes and no. */
export function LabelProposals({ ticket, proposals }: { ticket: Ticket; proposals: Proposal[] }) {
  const t = useTranslations("assistant");
  const open = proposals.filter((proposal) =>
    proposal.state === "open" && !isStale(proposal, ticket) && changesOf(proposal, String).length > 0
  );
  if (open.length === 0) return null;
  return (
    <ul aria-label={t("labels")} className="flex flex-col gap-2 border-t border-line pt-3">
      {open.map((proposal) => <LabelProposal key={proposal.proposal_id} proposal={proposal} />)}
    </ul>
  );
}

/** One proposal of labels. */
export function LabelProposal({ proposal }: { proposal: Proposal }) {
  const t = useTranslations("assistant");
  const { toast } = useToast();
  const nameOf = useNames(proposal.kind === "merge" ? [String(proposal.payload.into)] : []);
  const [isAsking, setAsking] = useState(false);
  const { accept, reject, undo } = useProposalActions(proposal.ticket_id);
  const words = useTranslations("shared");
  const changes = changesOf(proposal, nameOf).map(({ name, value }) => ({
    name,
    value: name === "priority" ? words(`priorities.${value as Priority}`) : value,
  }));
  const title = changes.map((change) => t(`changes.${change.name}`, { value: change.value })).join(", ");

  const onAccept = async () => {
    const done = await accept.run({ id: proposal.proposal_id });
    if (!done) return;
    const action = isUndoable(done.value)
      ? { label: t("undo"), run: () => void undo.run(proposal.proposal_id) }
      : undefined;
    toast({ title: t("applied", { changes: title }), kind: "success", action, seconds: 10 });
  };
  const problem = accept.problem ?? reject.problem;
  return (
    <li className="flex flex-col gap-1">
      <div className="flex items-start gap-1.5">
        <span className="flex min-w-0 flex-1 flex-wrap gap-1 pt-0.5">
          {changes.map((change, index) => (
            <Badge key={index} tone="accent">
              <bdi>{t(`changes.${change.name}`, { value: change.value })}</bdi>
            </Badge>
          ))}
          {proposal.confidence !== null && (
            <span className="text-muted">{t(`confidence.${sureness(proposal.confidence)}`)}</span>
          )}
        </span>
        <IconButton
          label={t("why", { changes: title })}
          icon={CircleHelp}
          size="small"
          isPressed={isAsking}
          onClick={() => setAsking(!isAsking)}
        />
        <IconButton
          label={t("apply", { changes: title })}
          icon={Check}
          size="small"
          isDisabled={accept.isBusy}
          onClick={onAccept}
        />
        <IconButton
          label={t("rejectLabels", { changes: title })}
          icon={X}
          size="small"
          isDisabled={reject.isBusy}
          onClick={() => void reject.run({ id: proposal.proposal_id, reason: "wrong" })}
        />
      </div>
      {isAsking && <WhyLabels proposal={proposal} />}
      {problem && <ErrorNote error={problem} />}
    </li>
  );
}
