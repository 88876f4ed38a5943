import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useCitations } from "../../hooks/useProposals.ts";
import type { Citation, Proposal } from "../../lib/models.ts";
import { paragraphsOf, textOf } from "../../lib/proposals.ts";
import { Badge, Markdown } from "../Shared/index.ts";
import { QuoteDialog } from "./QuoteDialog.tsx";

const FLAGS = [
  "no_citation",
  "citations_dropped",
  "unknown_contact",
  "other_language",
  "hidden_text",
  "links_removed",
  "markup_removed",
  "invisible_removed",
  "foreign_id",
] as const;

/** The text of a proposal: each paragraph with the sentences of articles that support it. */
export function ProposalText({ proposal, isStale = false }: { proposal: Proposal; isStale?: boolean }) {
  const t = useTranslations("assistant");
  const { data: citations = [] } = useCitations(proposal.proposal_id);
  const [opened, setOpened] = useState<Citation | null>(null);
  const text = textOf(proposal) ?? "";
  const isReply = proposal.kind === "reply";
  // A draft that quotes names no source for a paragraph without a quote.
  const marksUnproved = isReply && proposal.mode === "model" && citations.length > 0;
  return (
    <div className={isStale ? "text-muted" : ""}>
      {paragraphsOf(text, citations).map((part, index) => (
        <div key={index} className="mb-2 last:mb-0">
          <Markdown text={part.text} linksTo={[]} />
          {part.citations.length > 0
            ? (
              <ul className="mt-1 flex flex-wrap gap-1" aria-label={t("quotes")}>
                {part.citations.map((citation) => (
                  <li key={citation.citation_id} className="min-w-0">
                    <Source citation={citation} onOpen={() => setOpened(citation)} />
                  </li>
                ))}
              </ul>
            )
            : marksUnproved && <Badge tone="warning">{t("unproved")}</Badge>}
        </div>
      ))}
      {FLAGS.filter((flag) => proposal.flags.includes(flag)).map((flag) => (
        <p key={flag} className="mt-2 flex items-start gap-1.5 text-warning">
          <TriangleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
          {t(`flags.${flag}`)}
        </p>
      ))}
      <QuoteDialog citation={opened} onClose={() => setOpened(null)} />
    </div>
  );
}

/** A source: number and title; its sentence on hover and focus, the article on click. */
function Source({ citation, onOpen }: { citation: Citation; onOpen(): void }) {
  const t = useTranslations("assistant");
  const title = citation.chunk?.title ?? t("quote");
  return (
    <button
      type="button"
      onClick={onOpen}
      title={citation.quote}
      className="flex max-w-56 items-center gap-1 rounded border border-line bg-sunken px-1.5 py-0.5 text-[12px] text-muted hover:border-strong hover:text-default"
    >
      <span className="sr-only">{t("source")}&nbsp;</span>
      <span className="font-semibold text-accent">{citation.ordinal}</span>
      <span className="truncate" dir="auto">{title}</span>
      <span className="sr-only">{`: ${citation.quote}`}</span>
    </button>
  );
}
