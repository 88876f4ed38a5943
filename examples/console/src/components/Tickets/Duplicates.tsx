import { GitMerge } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useDuplicates } from "../../hooks/useTicket.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { Button } from "../Shared/index.ts";
import { MergeDialog } from "./MergeDialog.tsx";
import { SidePanel } from "./SidePanel.tsx";
import { TicketLine } from "./TicketLine.tsx";

/** Below this share of common words, another ticket is no duplicate. */
const ALIKE = 0.3;

/** Open tickets that may be about the same matter; nothing when there are none. */
export function Duplicates({ ticket }: { ticket: TicketDetails }) {
  const t = useTranslations("ticket");
  const { data = [] } = useDuplicates(ticket.ticket_id);
  const duplicates = data.filter(({ similarity, identifiers }) => similarity >= ALIKE || identifiers.length > 0);
  const [target, setTarget] = useState<string | null>(null);
  if (duplicates.length === 0 || ticket.merged_into !== null) return null;
  return (
    <SidePanel title={t("duplicates")}>
      <ul className="-mx-1.5">
        {duplicates.map((duplicate) => (
          <TicketLine key={duplicate.ticket_id} ticket={duplicate}>
            <p className="truncate text-xs text-muted" dir="auto">
              {[
                duplicate.same_requester && t("sameRequester"),
                ...duplicate.identifiers,
                t("similar", { share: duplicate.similarity }),
              ].filter(Boolean).join(" · ")}
            </p>
            <Button size="small" variant="ghost" icon={GitMerge} onClick={() => setTarget(duplicate.ticket_id)}>
              {t("mergeHere", { number: duplicate.number })}
            </Button>
          </TicketLine>
        ))}
      </ul>
      {target && <MergeDialog ticket={ticket} targetId={target} onClose={() => setTarget(null)} />}
    </SidePanel>
  );
}
