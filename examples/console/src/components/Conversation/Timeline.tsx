import { ArrowDown } from "lucide-react";
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { useConversationScroll } from "../../hooks/useConversationScroll.ts";
import { useMerged } from "../../hooks/useTicketRelations.ts";
import { useProposals } from "../../hooks/useProposals.ts";
import { useSeenMessage } from "../../hooks/useSeenMessage.ts";
import { useTicketMails } from "../../hooks/useInboundMail.ts";
import { useSentMails } from "../../hooks/useOutboundMail.ts";
import { useTicketFiles } from "../../hooks/useTicketFiles.ts";
import type { useTimeline } from "../../hooks/useTimeline.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { TicketMail } from "../../lib/inboundMail.ts";
import type { Attachment, TicketDetails } from "../../lib/models.ts";
import { draftedTexts } from "../../lib/proposals.ts";
import { addDescriptions, groupEvents, messagesAfter } from "../../lib/timeline.ts";
import { Button, ErrorNote, Skeleton } from "../Shared/index.ts";
import { Announcer } from "./Announcer.tsx";
import { Entry } from "./Entry.tsx";
import { EventGroup } from "./EventGroup.tsx";
import { OutgoingNotes, OutgoingReplies } from "./Outgoing.tsx";

const NO_FILES: Attachment[] = [];

export type TimelineHandle = { showUnread(): void; toEnd(): void };
type Props = {
  ticket: TicketDetails;
  timeline: ReturnType<typeof useTimeline>;
  /** The message up to which the person had read when a reply was refused; undefined when none was. */
  readUpTo: string | null | undefined;
  onSeen(messageId: string | null): void;
  onEdit(kind: "reply" | "note"): void;
  ref?: Ref<TimelineHandle>;
};

/** The conversation: messages, notes and changes in one order, the newest at the end. */
export function Timeline({ ticket, timeline, readUpTo, onSeen, onEdit, ref }: Props) {
  const t = useTranslations("ticket");
  const container = useRef<HTMLDivElement>(null);
  const { entries, hasOlder, isLoadingOlder } = timeline;
  const { data: merged } = useMerged(ticket.ticket_id);
  const items = useMemo(() => groupEvents(addDescriptions(entries, merged ?? [])), [entries, merged]);
  const { data: proposals } = useProposals(ticket.ticket_id);
  const drafted = useMemo(() => draftedTexts(proposals ?? []), [proposals]);
  const { data: files = NO_FILES } = useTicketFiles(ticket.ticket_id, entries);
  const mails = useTicketMails(ticket.ticket_id, entries);
  const sent = useSentMails(ticket.ticket_id, entries);
  const seen = useSeenMessage(container, entries);
  useEffect(() => onSeen(seen), [seen, onSeen]);
  const written = entries.filter(({ kind }) => kind !== "event");
  const scroll = useConversationScroll(container, written.map(({ sequence }) => sequence), entries[0]?.sequence);
  const unread = useMemo(
    () => new Set(readUpTo === undefined ? [] : messagesAfter(entries, readUpTo).map(({ id }) => id)),
    [entries, readUpTo],
  );
  useImperativeHandle(ref, () => ({
    toEnd: scroll.toEnd,
    showUnread() {
      const first = container.current?.querySelector<HTMLElement>("[data-unread]");
      first?.scrollIntoView({ block: "center" });
      first?.focus({ preventScroll: true });
    },
  }));
  const loadOlder = async () => {
    scroll.holdPlace();
    await timeline.loadOlder();
  };

  return (
    <section aria-label={t("conversation")} className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={container}
        onScroll={scroll.onScroll}
        // Reachable by keyboard, so that it can be scrolled.
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-4 py-3 outline-offset-[-2px]"
      >
        <div className="mx-auto flex max-w-3xl flex-col gap-2">
          {hasOlder
            ? <Button variant="ghost" size="small" onClick={loadOlder} isBusy={isLoadingOlder}>{t("loadOlder")}</Button>
            : !timeline.isPending && (
              <Description ticket={ticket} files={files} mail={mails.get(`${ticket.ticket_id}-description`)} />
            )}
          {timeline.isPending && [1, 2, 3].map((row) => <Skeleton key={row} className="h-20 w-full" />)}
          {timeline.error && (
            <ErrorNote
              error={toHelpdeskError(timeline.error)}
              onRetry={() => void timeline.refetch()}
            />
          )}
          {items.map((item) =>
            item.kind === "events" ? <EventGroup key={item.key} events={item.events} /> : (
              <Entry
                key={item.id}
                entry={item}
                ticketId={ticket.ticket_id}
                files={files}
                isUnread={unread.has(item.id)}
                drafted={drafted.get(item.id)}
                mail={mails.get(item.id)}
                sent={sent.get(item.id)}
              />
            )
          )}
          {!timeline.isPending && written.length === 0 && ticket.description === "" && (
            <p className="py-8 text-center text-muted">{t("empty")}</p>
          )}
          <OutgoingReplies ticketId={ticket.ticket_id} written={entries} onEdit={() => onEdit("reply")} />
          <OutgoingNotes ticketId={ticket.ticket_id} written={entries} onEdit={() => onEdit("note")} />
        </div>
      </div>
      {scroll.arrived > 0 && (
        <button
          type="button"
          onClick={scroll.toEnd}
          className="absolute inset-x-0 bottom-3 mx-auto flex w-fit items-center gap-1.5 rounded-full bg-accent px-3 py-1.5 text-sm text-on-accent shadow-lg"
        >
          <ArrowDown aria-hidden size={14} />
          {t("arrived", { count: scroll.arrived })}
        </button>
      )}
      <Announcer entries={entries} ticketNumber={ticket.number} />
    </section>
  );
}

/** What the requester wrote when they opened the ticket. */
function Description({ ticket, files, mail }: { ticket: TicketDetails; files: Attachment[]; mail?: TicketMail }) {
  const { ticket_id: ticketId, description, created_by: authorId, created_at: at, requester } = ticket;
  const hasFiles = files.some(({ placement, ticket_id }) => placement === "ticket" && ticket_id === ticketId);
  const authorName = requester?.name || requester?.email || "";
  const entry = useMemo(() => ({
    kind: "message" as const,
    sequence: 0,
    id: `${ticketId}-description`,
    at,
    ticketId,
    authorId,
    authorName,
    authorKind: "customer",
    body: description,
    redactedAt: null,
    isDescription: true,
  }), [ticketId, at, authorId, authorName, description]);
  if (description === "" && !hasFiles) return null;
  return <Entry entry={entry} ticketId={ticketId} files={files} isUnread={false} mail={mail} />;
}
