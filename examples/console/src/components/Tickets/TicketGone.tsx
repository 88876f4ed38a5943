import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useDraft } from "../../hooks/useDraft.ts";
import type { DraftKind } from "../../lib/drafts.ts";
import { EmptyState } from "../Shared/index.ts";

/** A ticket that is not there, or no longer the person's to see; with what they had written on it. */
export function TicketGone({ ticketId }: { ticketId: string }) {
  const t = useTranslations("ticket");
  return (
    <div className="mx-auto flex max-w-xl flex-col gap-4 p-8">
      <EmptyState
        title={t("gone")}
        hint={t("goneHint")}
        action={<Link to="/queue" className="font-medium text-accent underline">{t("toQueue")}</Link>}
      />
      <KeptDraft ticketId={ticketId} kind="reply" />
      <KeptDraft ticketId={ticketId} kind="note" />
    </div>
  );
}

function KeptDraft({ ticketId, kind }: { ticketId: string; kind: DraftKind }) {
  const t = useTranslations("composer");
  const { draft } = useDraft(ticketId, kind);
  if (draft.text.trim() === "") return null;
  return (
    <label className="flex flex-col gap-1">
      <span className="font-medium">{t("draft")}: {t(kind)}</span>
      <textarea
        readOnly
        rows={6}
        dir="auto"
        value={draft.text}
        onFocus={(event) => event.target.select()}
        className="rounded-md border border-line bg-sunken p-3"
      />
    </label>
  );
}
