import { GitMerge, Link2, Undo2, X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useConversationActions, useLinkActions, useLinks, useMerged } from "../../hooks/useTicketRelations.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { Button, ErrorNote, IconButton } from "../Shared/index.ts";
import { LinkDialog } from "./LinkDialog.tsx";
import { MergeDialog } from "./MergeDialog.tsx";
import { TicketLine } from "./TicketLine.tsx";

/** The tickets that this one is linked to, and those that are merged into it. */
export function Related({ ticket }: { ticket: TicketDetails }) {
  const t = useTranslations("ticket");
  const { data: links = [] } = useLinks(ticket.ticket_id);
  const { data: merged = [] } = useMerged(ticket.ticket_id);
  const { unlink } = useLinkActions(ticket.ticket_id);
  const { unmerge } = useConversationActions(ticket.ticket_id);
  const [asks, setAsks] = useState<"link" | "merge" | null>(null);
  const problem = unlink.problem ?? unmerge.problem;
  return (
    <div className="flex flex-col gap-2">
      {links.length === 0 && merged.length === 0 && <p className="text-xs text-subtle">{t("noRelated")}</p>}
      <ul className="-mx-1.5 empty:hidden">
        {links.map(({ link, other }) => (
          <TicketLine key={link.link_id} ticket={other}>
            <span className="flex items-center gap-1 text-xs text-muted">
              {t(`links.${link.source_id === ticket.ticket_id ? "out" : "in"}.${link.kind}`)}
              <IconButton
                label={t("removeLink", { number: other.number })}
                icon={X}
                size="small"
                onClick={() => void unlink.run({ sourceId: link.source_id, kind: link.kind, targetId: link.target_id })}
              />
            </span>
          </TicketLine>
        ))}
      </ul>
      {merged.length > 0 && (
        <>
          <h3 className="text-xs font-medium text-muted">{t("merged")}</h3>
          <ul className="-mx-1.5">
            {merged.map((other) => (
              <TicketLine key={other.ticket_id} ticket={other}>
                <Button
                  size="small"
                  variant="ghost"
                  icon={Undo2}
                  isBusy={unmerge.isBusy}
                  title={t("unmerge", { number: other.number })}
                  onClick={() => void unmerge.run(other.ticket_id)}
                >
                  {t("unmergeShort")}
                </Button>
              </TicketLine>
            ))}
          </ul>
        </>
      )}
      {problem && <ErrorNote error={problem} />}
      <div className="flex flex-wrap gap-2">
        <Button size="small" icon={Link2} onClick={() => setAsks("link")}>{t("addLink")}</Button>
        {ticket.merged_into === null && (
          <Button size="small" icon={GitMerge} onClick={() => setAsks("merge")}>{t("merge")}</Button>
        )}
      </div>
      {asks === "link" && <LinkDialog ticket={ticket} onClose={() => setAsks(null)} />}
      {asks === "merge" && <MergeDialog ticket={ticket} onClose={() => setAsks(null)} />}
    </div>
  );
}
