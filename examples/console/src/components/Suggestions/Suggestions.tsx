import { useTranslations } from "use-intl";
import { useAssistantSettings } from "../../hooks/useAssistantSettings.ts";
import { useProposals, useRuns, useShown } from "../../hooks/useProposals.ts";
import { useExclusion, useSuggestion } from "../../hooks/useSuggestion.ts";
import { useTicket } from "../../hooks/useTicket.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { InsertedProposal, Proposal, TicketDetails } from "../../lib/models.ts";
import { draftOf, problemOf } from "../../lib/proposals.ts";
import { Button, ErrorNote, Skeleton } from "../Shared/index.ts";
import { SidePanel } from "../Tickets/SidePanel.tsx";
import { AskAssistant } from "./AskAssistant.tsx";
import { DraftActions } from "./DraftActions.tsx";
import { LabelProposals } from "./LabelProposals.tsx";
import { ProposalText } from "./ProposalText.tsx";
import { Thinking } from "./Thinking.tsx";
import { WhyNoDraft } from "./WhyNoDraft.tsx";

type SuggestionsProps = {
  ticketId: string;
  /**
   * Put a text into the reply: into an empty one as it is, else at the cursor, never over what was typed. `proposal`
   * belongs to the draft: the reply is sent with it, see `NewReply.proposal`.
   */
  onInsert(text: string, proposal: InsertedProposal): void;
};

/** What the assistant proposes for a ticket: a draft with its proof, and labels. People decide. */
export function Suggestions({ ticketId, onInsert }: SuggestionsProps) {
  const t = useTranslations("assistant");
  const { data: ticket } = useTicket(ticketId);
  const settings = useAssistantSettings();
  const proposals = useProposals(ticketId);
  const { isExcluded, exclude } = useExclusion(ticketId);
  const isLoading = !ticket || proposals.isPending || settings.isPending;
  const problem = proposals.error ?? settings.error;
  return (
    <SidePanel title={t("title")}>
      {problem
        ? <ErrorNote error={toHelpdeskError(problem)} onRetry={() => void proposals.refetch()} />
        : isLoading
        ? <Skeleton className="h-8 w-full" />
        : settings.data?.is_enabled === false
        ? <p className="text-muted">{t("off")}</p>
        : isExcluded
        ? (
          <div className="flex flex-wrap items-center gap-2">
            <p className="min-w-40 flex-1 text-muted">{t("excluded")}</p>
            <Button size="small" isBusy={exclude.isBusy} onClick={() => void exclude.run(false)}>{t("include")}</Button>
          </div>
        )
        : <Box ticket={ticket} proposals={proposals.data ?? []} onInsert={onInsert} />}
    </SidePanel>
  );
}

type BoxProps = { ticket: TicketDetails; proposals: Proposal[]; onInsert: SuggestionsProps["onInsert"] };

function Box({ ticket, proposals, onInsert }: BoxProps) {
  const t = useTranslations("assistant");
  const ticketId = ticket.ticket_id;
  const { data: runs = [] } = useRuns(ticketId);
  const suggestion = useSuggestion(ticketId);
  const { draft, stale } = draftOf(proposals, ticket);
  useShown(draft?.proposal_id ?? null);

  const asked = suggestion.result?.run ?? null;
  const run = asked && (!draft || asked.created_at >= draft.created_at || draft.run_id === asked.run_id)
    ? asked
    : runs.find(({ run_id }) => run_id === draft?.run_id) ?? null;
  const why = run ? problemOf(run) : null;
  return (
    <div className="flex flex-col gap-3">
      {suggestion.isThinking ? <Thinking text={suggestion.text ?? ""} onCancel={suggestion.cancel} /> : (
        <>
          {(why || suggestion.problem) && (
            <WhyNoDraft
              why={why}
              run={run}
              problem={suggestion.problem}
              sentence={suggestion.result?.problem}
              hasDraft={draft !== null}
            />
          )}
          {draft && (
            <>
              {stale && <p role="status" className="text-warning">{t("stale")}</p>}
              <div className="rounded-md border border-line bg-sunken px-3 py-2">
                {draft.kind !== "reply" && (
                  <p className="mb-1 font-medium">{t(`kinds.${draft.kind}` as "kinds.note")}</p>
                )}
                <ProposalText proposal={draft} isStale={stale} />
              </div>
              {!stale && <DraftActions key={draft.proposal_id} proposal={draft} ticket={ticket} onInsert={onInsert} />}
            </>
          )}
          <AskAssistant
            ticketId={ticketId}
            hasDraft={draft !== null && !stale}
            onAsk={suggestion.ask}
            isMuted={ticket.status === "closed"}
          />
        </>
      )}
      <LabelProposals ticket={ticket} proposals={proposals} />
    </div>
  );
}
