import { useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useWaitingProposals } from "../../hooks/useProposals.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { ProposalKind, WaitingProposal } from "../../lib/models.ts";
import { Button, EmptyState, ErrorNote, Select, Skeleton } from "../Shared/index.ts";
import { ProposalCard } from "./ProposalCard.tsx";

/** The proposals that wait, the oldest first; j and k go through them. */
export function WaitingProposals() {
  const t = useTranslations("assistant");
  const [kind, setKind] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useWaitingProposals();
  const all = query.data?.pages.flat() ?? [];
  const shown = all.filter((proposal) => kind === "" || proposal.kind === kind);
  const kinds = [...new Set(all.map((proposal) => proposal.kind))].sort();

  const move = (by: number) => {
    const next = shown[Math.max(0, shown.findIndex(({ proposal_id: id }) => id === chosen) + by)];
    if (!next) return;
    setChosen(next.proposal_id);
    document.getElementById(`proposal-${next.proposal_id}`)?.focus();
  };
  const group = t("waiting");
  useShortcuts([
    { id: "proposals.next", keys: "j", label: t("nextProposal"), group, run: () => move(1) },
    { id: "proposals.previous", keys: "k", label: t("previousProposal"), group, run: () => move(-1) },
  ]);

  if (query.error && all.length === 0) {
    return <ErrorNote error={toHelpdeskError(query.error)} onRetry={() => query.refetch()} />;
  }
  if (query.isPending) return <Skeleton className="h-40 w-full" />;
  if (all.length === 0) return <EmptyState title={t("nothingWaits")} hint={t("nothingWaitsHint")} />;
  return (
    <div className="flex flex-col gap-4">
      {kinds.length > 1 && (
        <div className="max-w-56">
          <Select
            label={t("waiting")}
            isLabelHidden
            value={kind}
            onChange={setKind}
            options={[
              { value: "", label: t("filterAll") },
              ...kinds.map((name: ProposalKind) => ({ value: name, label: t(`kinds.${name}`) })),
            ]}
          />
        </div>
      )}
      <ul className="flex flex-col gap-4">
        {shown.map((proposal: WaitingProposal) => (
          <li
            key={proposal.proposal_id}
            id={`proposal-${proposal.proposal_id}`}
            tabIndex={-1}
            onFocus={() => setChosen(proposal.proposal_id)}
            className="rounded-lg"
          >
            <ProposalCard proposal={proposal} isChosen={proposal.proposal_id === chosen} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("loadMore")}</Button>
      )}
    </div>
  );
}
