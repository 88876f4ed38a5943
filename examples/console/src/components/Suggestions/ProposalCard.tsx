import { Link } from "@tanstack/react-router";
import { Pencil, Send } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useProposalActions, useShown } from "../../hooks/useProposals.ts";
import type { WaitingProposal } from "../../lib/models.ts";
import { isStale, textOf } from "../../lib/proposals.ts";
import { Badge, Button, Checkbox, Dialog, ErrorNote, TextArea, Time, useToast } from "../Shared/index.ts";
import { LabelProposal } from "./LabelProposals.tsx";
import { ProposalText } from "./ProposalText.tsx";
import { RejectMenu } from "./RejectMenu.tsx";

/** A proposal that waits, with its ticket, and what a person may decide about it. */
export function ProposalCard({ proposal, isChosen }: { proposal: WaitingProposal; isChosen: boolean }) {
  const t = useTranslations("assistant");
  const { ticket, kind } = proposal;
  const stale = ticket !== null && isStale(proposal, ticket);
  return (
    <article
      className={`rounded-lg border bg-raised ${isChosen ? "border-accent" : "border-line"}`}
      aria-label={ticket ? `#${ticket.number} ${ticket.title}` : t(`kinds.${kind}`)}
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
        <Badge tone="accent">{t(`kinds.${kind}`)}</Badge>
        {ticket && (
          <Link
            to="/tickets/$ticketId"
            params={{ ticketId: ticket.ticket_id }}
            className="min-w-0 flex-1 truncate font-medium hover:underline"
          >
            <span className="text-muted">#{ticket.number}</span> <bdi>{ticket.title}</bdi>
          </Link>
        )}
        <span className="text-muted">
          <Time at={proposal.created_at} />
        </span>
      </header>
      <div className="flex flex-col gap-3 px-4 py-3">
        {stale && <p role="status" className="text-warning">{t("stale")}</p>}
        {textOf(proposal) === null
          ? (
            <ul aria-label={t("labels")}>
              <LabelProposal proposal={proposal} />
            </ul>
          )
          : (
            <>
              <ProposalText proposal={proposal} isStale={stale} />
              {!stale && <Decision proposal={proposal} isChosen={isChosen} />}
            </>
          )}
      </div>
    </article>
  );
}

function Decision({ proposal, isChosen }: { proposal: WaitingProposal; isChosen: boolean }) {
  const t = useTranslations("assistant");
  const { toast } = useToast();
  const { accept, reject } = useProposalActions(proposal.ticket_id);
  const [text, setText] = useState<string | null>(null);
  const [isConfirmed, setConfirmed] = useState(false);
  const edit = () => setText(textOf(proposal));
  useShortcuts([
    { id: `edit.${proposal.proposal_id}`, keys: "e", label: t("edit"), group: t("waiting"), when: isChosen, run: edit },
  ]);
  const isReply = proposal.kind === "reply";
  const id = proposal.proposal_id;
  const mayUse = isConfirmed || !proposal.flags.includes("unknown_contact");
  const label = isReply ? t("send") : proposal.kind === "article" ? t("saveArticle") : t("addNote");
  useShown(isChosen ? proposal.proposal_id : null);

  const decide = async (body?: string) => {
    const done = await accept.run({ id, body, isConfirmed });
    if (!done) return;
    setText(null);
    toast({ title: isReply ? t("sent") : t(proposal.kind === "article" ? "articleSaved" : "noteAdded") });
  };
  const problem = accept.problem ?? reject.problem;
  return (
    <>
      {proposal.flags.includes("unknown_contact") && (
        <Checkbox label={t("confirmContacts")} isChecked={isConfirmed} onChange={setConfirmed} />
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          size="small"
          variant="primary"
          icon={isReply ? Send : undefined}
          isDisabled={!mayUse}
          isBusy={accept.isBusy}
          onClick={() => void decide()}
        >
          {label}
        </Button>
        <Button size="small" icon={Pencil} isDisabled={!mayUse} onClick={edit}>{t("edit")}</Button>
        <RejectMenu
          isBusy={reject.isBusy}
          onReject={(reason) => void reject.run({ id, reason }).then((done) => done && toast({ title: t("rejected") }))}
        />
      </div>
      {problem && <ErrorNote error={problem} />}
      <Dialog
        isOpen={text !== null}
        onClose={() => setText(null)}
        title={t("editTitle")}
        isWide
        footer={
          <Button
            variant="primary"
            isBusy={accept.isBusy}
            isDisabled={!text?.trim()}
            onClick={() => void decide(text ?? undefined)}
          >
            {label}
          </Button>
        }
      >
        <TextArea label={t("text")} value={text ?? ""} onChange={setText} rows={14} maxLength={100_000} />
      </Dialog>
    </>
  );
}
