import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useProposalActions } from "../../hooks/useProposals.ts";
import type { InsertedProposal, Proposal, TicketDetails } from "../../lib/models.ts";
import { textOf } from "../../lib/proposals.ts";
import { Button, Checkbox, ConfirmDialog, ErrorNote, Kbd, useToast } from "../Shared/index.ts";
import { RejectMenu } from "./RejectMenu.tsx";

type DraftActionsProps = {
  proposal: Proposal;
  ticket: TicketDetails;
  onInsert(text: string, proposal: InsertedProposal): void;
};

/** Use a draft, send it as it is, or reject it. */
export function DraftActions({ proposal, ticket, onInsert }: DraftActionsProps) {
  const t = useTranslations("assistant");
  const { toast } = useToast();
  const navigate = useNavigate();
  const { accept, reject } = useProposalActions(ticket.ticket_id);
  const [isConfirmed, setConfirmed] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [isInserted, setInserted] = useState(false);
  const rejecting = useRef<HTMLSpanElement>(null);
  const isReply = proposal.kind === "reply";
  const mayUse = isConfirmed || !proposal.flags.includes("unknown_contact");
  const id = proposal.proposal_id;

  const insert = () => {
    if (!isReply || !mayUse) return;
    onInsert(textOf(proposal) ?? "", { id, isConfirmed });
    setInserted(true);
  };
  const acceptAsIs = async () => {
    const done = await accept.run({ id, isConfirmed });
    setAsking(false);
    if (!done) return;
    const articleId = done.value.final?.article_id;
    if (typeof articleId !== "string") return toast({ title: t(isReply ? "sent" : "noteAdded") });
    const open = () => void navigate({ to: "/knowledge/$articleId", params: { articleId } });
    toast({ title: t("articleSaved"), action: { label: t("openArticle"), run: open } });
  };
  const onReject = async (reason: string) => {
    if (await reject.run({ id, reason })) toast({ title: t("rejected") });
  };
  const group = t("title");
  const maySend = isReply && mayUse;
  // A second press would put it in twice; the button does so on purpose.
  const mayInsert = maySend && !isInserted;
  useShortcuts([
    { id: "suggestion.insert", keys: "y", label: t("insert"), group, when: mayInsert, run: insert },
    { id: "suggestion.edit", keys: "$mod+.", label: t("editDraft"), group, when: mayInsert, run: insert },
    {
      id: "suggestion.send",
      keys: "Shift+Y",
      label: t("sendAsIs"),
      group,
      when: mayInsert,
      run: () => setAsking(true),
    },
    {
      id: "suggestion.reject",
      keys: "d",
      label: t("reject"),
      group,
      run: () => rejecting.current?.querySelector("button")?.click(),
    },
  ]);

  const problem = accept.problem ?? reject.problem;
  return (
    <div className="flex flex-col gap-2">
      {proposal.flags.includes("unknown_contact") && (
        <Checkbox label={t("confirmContacts")} isChecked={isConfirmed} onChange={setConfirmed} />
      )}
      <div className="flex flex-wrap items-center gap-2">
        {isReply
          ? (
            <>
              <Button
                size="small"
                variant="primary"
                icon={CornerDownLeft}
                isDisabled={!mayUse}
                onClick={insert}
                aria-keyshortcuts="y"
              >
                {t("insert")} <Kbd keys="y" />
              </Button>
              <Button size="small" isDisabled={!mayUse} onClick={() => setAsking(true)}>
                {t("sendAsIs")}
              </Button>
            </>
          )
          : (
            <Button size="small" variant="primary" isBusy={accept.isBusy} isDisabled={!mayUse} onClick={acceptAsIs}>
              {proposal.kind === "article" ? t("saveArticle") : t("addNote")}
            </Button>
          )}
        <span ref={rejecting}>
          <RejectMenu onReject={onReject} isBusy={reject.isBusy} keys="d" />
        </span>
      </div>
      {problem && <ErrorNote error={problem} />}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={isReply ? t("sendTitle", { name: ticket.requester?.name ?? "" }) : t("addNote")}
        text={isReply ? t("sendText") : t("addNoteText")}
        confirmLabel={isReply ? t("send") : t("addNote")}
        onConfirm={acceptAsIs}
      />
    </div>
  );
}
