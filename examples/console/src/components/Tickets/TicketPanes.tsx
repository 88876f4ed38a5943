import { Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useLive } from "../../contexts/LiveContext.tsx";
import { usePresence } from "../../contexts/presence.ts";
import { useIsWide } from "../../hooks/useIsWide.ts";
import { useTicketEdit } from "../../hooks/useTicketEdit.ts";
import { useTimeline } from "../../hooks/useTimeline.ts";
import type { InsertedProposal, TicketDetails } from "../../lib/models.ts";
import { messagesAfter } from "../../lib/timeline.ts";
import { Composer, type ComposerHandle } from "../Conversation/Composer.tsx";
import { TypingBanner } from "../Conversation/PresenceBanner.tsx";
import { Timeline, type TimelineHandle } from "../Conversation/Timeline.tsx";
import { useToast } from "../Shared/index.ts";
import { PaneBoundary } from "../Shell/PaneBoundary.tsx";
import { Conflicts } from "./Conflicts.tsx";
import { TicketHeader } from "./TicketHeader.tsx";
import { TicketSide } from "./TicketSide.tsx";
import { useTicketShortcuts } from "./useTicketShortcuts.ts";

/** From here on the properties have a column of their own. */
const WIDE = 880;

type Props = { ticket: TicketDetails; onNext?(): void };

/** The panes of a ticket: a failure in one leaves the others usable. */
export function TicketPanes({ ticket: stored, onNext }: Props) {
  const t = useTranslations("ticket");
  const ticketId = stored.ticket_id;
  const root = useRef<HTMLDivElement>(null), composer = useRef<ComposerHandle>(null);
  const timelineRef = useRef<TimelineHandle>(null);
  const isWide = useIsWide(root, WIDE);
  const [details, setDetails] = useState<boolean | null>(null);
  const isDetailed = details ?? isWide;
  const { toast } = useToast();
  const { state } = useLive();
  const { others, setTyping } = usePresence(ticketId);
  const edit = useTicketEdit(stored);
  const ticket = edit.shown;
  const timeline = useTimeline(ticketId);
  const [onScreen, setOnScreen] = useState<string | null>(null);
  // A reply was refused: what came after this message is to be read first.
  const [readUpTo, setReadUpTo] = useState<{ id: string | null } | null>(null);
  const unread = readUpTo ? messagesAfter(timeline.entries, readUpTo.id).length : null;
  useEffect(() => {
    if (unread) timelineRef.current?.showUnread();
  }, [unread]);
  // What the person may not see, of a merged ticket, cannot be read first.
  const seen = unread === 0 && !timeline.isFetching ? ticket.last_message_id : onScreen;

  const resolve = useCallback(async (goesOn: boolean) => {
    if (!await edit.edit({ status: "resolved" })) return;
    const undo = () => void edit.edit({ status: ticket.status });
    toast({
      kind: "success",
      title: t("resolved", { number: ticket.number }),
      action: { label: t("undo"), run: undo },
    });
    if (goesOn) onNext?.();
  }, [edit, onNext, t, ticket.number, ticket.status, toast]);
  useTicketShortcuts({
    ticket,
    edit,
    composer,
    showDetails: () => setDetails(true),
    onResolve: () => void resolve(true),
  });

  // The same as before while they say the same: a message that comes is drawn, and nothing beside it.
  const reading = useMemo(
    () => ({ seen, unread, onMoved: setReadUpTo, onShowUnread: () => timelineRef.current?.showUnread() }),
    [seen, unread],
  );
  const hideDetails = useCallback(() => setDetails(false), []);
  const insert = useCallback((text: string, proposal: InsertedProposal) => {
    composer.current?.insert(text, proposal);
  }, []);
  const takeBack = useCallback((kind: "reply" | "note") => composer.current?.edit(kind), []);
  const resolveHere = useCallback(() => void resolve(false), [resolve]);

  // Escape ends typing, so that the next key is a shortcut again.
  const leaveField = (event: React.KeyboardEvent) => {
    const field = event.target as HTMLElement;
    if (event.key !== "Escape" || !root.current?.contains(field) || !field.matches("input, select, textarea")) return;
    event.stopPropagation();
    field.blur();
  };

  return (
    <div ref={root} onKeyDown={leaveField} className="relative flex h-full min-h-0 flex-col">
      <PaneBoundary resetOn={[ticketId]}>
        <TicketHeader
          ticket={ticket}
          edit={edit}
          others={others}
          isDetailed={isDetailed}
          onDetails={setDetails}
          onResolve={resolveHere}
        />
      </PaneBoundary>
      {state === "offline" && <p role="status" className="bg-warning-soft px-4 py-1.5 text-warning">{t("offline")}</p>}
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          {edit.conflicts.length > 0 && (
            <div className="flex flex-col gap-2 px-4 pt-2">
              <Conflicts edit={edit} entries={timeline.entries} />
            </div>
          )}
          <PaneBoundary resetOn={[ticketId]}>
            <Timeline
              ref={timelineRef}
              ticket={ticket}
              timeline={timeline}
              readUpTo={readUpTo ? readUpTo.id : undefined}
              onSeen={setOnScreen}
              onEdit={takeBack}
            />
          </PaneBoundary>
          <TypingBanner others={others} />
          <PaneBoundary resetOn={[ticketId]}>
            {ticket.merged_into ? <MergedNotice targetId={ticket.merged_into} /> : (
              <Composer
                ref={composer}
                ticket={ticket}
                reading={reading}
                onTyping={setTyping}
              />
            )}
          </PaneBoundary>
        </div>
        {isDetailed && (
          <TicketSide
            ticket={ticket}
            edit={edit}
            isOver={!isWide}
            onClose={hideDetails}
            onInsert={insert}
          />
        )}
      </div>
    </div>
  );
}

/** In place of the composer of a merged ticket. */
function MergedNotice({ targetId }: { targetId: string }) {
  const t = useTranslations("ticket");
  return (
    <p className="border-t border-line bg-warning-soft px-4 py-3">
      {t("mergedInto")}{" "}
      <Link to="/tickets/$ticketId" params={{ ticketId: targetId }} className="font-medium text-accent underline">
        {t("openTarget")}
      </Link>
    </p>
  );
}
