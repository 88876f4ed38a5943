import { X } from "lucide-react";
import { lazy, memo, Suspense } from "react";
import { useTranslations } from "use-intl";
import type { TicketEdit } from "../../hooks/useTicketEdit.ts";
import type { InsertedProposal, TicketDetails } from "../../lib/models.ts";
import { IconButton } from "../Shared/index.ts";
import { PaneBoundary } from "../Shell/PaneBoundary.tsx";
import { Suggestions } from "../Suggestions/Suggestions.tsx";
import { Duplicates } from "./Duplicates.tsx";
import { Properties } from "./Properties.tsx";
import { Related } from "./Related.tsx";
import { RequesterCard } from "./RequesterCard.tsx";
import { SidePanel } from "./SidePanel.tsx";

const ParticipantsPanel = lazy(() => import("./ParticipantsPanel.tsx"));

type Props = {
  ticket: TicketDetails;
  edit: TicketEdit;
  /** Whether it lies over the conversation, where there is no room beside it. */
  isOver: boolean;
  onClose(): void;
  onInsert(text: string, proposal: InsertedProposal): void;
};

/** Beside the conversation: who asks, what is set, what belongs together. */
export const TicketSide = memo(function TicketSide({ ticket, edit, isOver, onClose, onInsert }: Props) {
  const t = useTranslations("ticket");
  return (
    <aside
      aria-label={t("details")}
      className={`overflow-y-auto border-s border-line bg-surface ${
        isOver ? "absolute inset-y-0 end-0 z-20 w-full max-w-[420px] shadow-xl" : "w-80 shrink-0"
      }`}
    >
      {isOver && (
        <div className="flex justify-end px-2 pt-2">
          <IconButton label={t("hideDetails")} icon={X} onClick={onClose} />
        </div>
      )}
      <SidePanel title={t("requester")}>
        <RequesterCard ticket={ticket} />
      </SidePanel>
      {!ticket.merged_into && (
        <PaneBoundary>
          <Suggestions ticketId={ticket.ticket_id} onInsert={onInsert} />
        </PaneBoundary>
      )}
      <SidePanel title={t("properties")}>
        <Properties ticket={ticket} edit={edit} />
      </SidePanel>
      <PaneBoundary>
        <Duplicates ticket={ticket} />
      </PaneBoundary>
      <SidePanel title={t("related")}>
        <Related ticket={ticket} />
      </SidePanel>
      <Suspense fallback={null}>
        <ParticipantsPanel ticketId={ticket.ticket_id} />
      </Suspense>
    </aside>
  );
});
