import { PenLine } from "lucide-react";
import { memo } from "react";
import { useTranslations } from "use-intl";
import type { ListedTicket } from "../../lib/models.ts";
import { Avatar, Badge, PriorityMark, StatusBadge, Time } from "../Shared/index.ts";

export type TicketRowProps = {
  ticket: ListedTicket;
  /** Its place in the list, from 1. */
  index: number;
  id: string;
  /** Where it is in the list, and how high, in pixels. */
  top: number;
  height: number;
  isCurrent: boolean;
  isSelected: boolean;
  isGone: boolean;
  isUnread: boolean;
  /** Whether the person has written something for it that is not sent. */
  hasDraft: boolean;
  teamName: string;
  onOpen(ticketId: string): void;
  onToggle(ticketId: string, isRange: boolean): void;
};

/** A ticket in a list. */
export const TicketRow = memo(function TicketRow(props: TicketRowProps) {
  const { ticket, isCurrent, isSelected, isGone, isUnread } = props;
  const t = useTranslations("queue");
  const requester = ticket.requester?.name || ticket.requester?.email || "";
  const assignee = ticket.assignee?.name || ticket.assignee?.email || "";
  return (
    <div
      role="row"
      id={props.id}
      aria-rowindex={props.index}
      aria-selected={isSelected}
      onClick={(event) =>
        event.shiftKey || event.metaKey || event.ctrlKey
          ? props.onToggle(ticket.ticket_id, event.shiftKey)
          : props.onOpen(ticket.ticket_id)}
      style={{ height: props.height, transform: `translateY(${props.top}px)` }}
      className={`absolute inset-x-0 top-0 flex cursor-pointer items-center gap-2.5 border-b contain-strict border-line px-3 hover:bg-hover aria-selected:bg-selected ${
        isCurrent ? "bg-hover shadow-[inset_3px_0_0_var(--accent)] rtl:shadow-[inset_-3px_0_0_var(--accent)]" : ""
      } ${isGone ? "text-muted line-through" : ""}`}
    >
      <span role="gridcell" className="flex items-center">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          aria-label={t("select", { number: ticket.number })}
          onClick={(event) => event.stopPropagation()}
          onChange={(event) => props.onToggle(ticket.ticket_id, (event.nativeEvent as MouseEvent).shiftKey)}
          className="size-4.5 accent-(--accent)"
        />
      </span>
      <span role="gridcell" className="flex w-4 shrink-0 justify-center">
        {isUnread && !isGone && (
          <span role="img" aria-label={t("unread")} title={t("unread")} className="size-2 rounded-full bg-accent" />
        )}
      </span>
      <span role="gridcell" className="shrink-0">
        <PriorityMark priority={ticket.priority} />
      </span>
      <span role="gridcell" className="w-14 shrink-0 text-end text-muted tabular-nums @max-md:hidden">
        #{ticket.number}
      </span>
      <span role="gridcell" className="flex min-w-0 flex-1 items-center gap-2">
        {props.hasDraft && (
          <span role="img" aria-label={t("hasDraft")} title={t("hasDraft")} className="shrink-0 text-accent">
            <PenLine aria-hidden size={13} />
          </span>
        )}
        <span
          className={`min-w-24 shrink cut ${isUnread ? "font-semibold" : "font-medium"}`}
          dir="auto"
        >
          {ticket.title}
        </span>
        <span className="min-w-0 shrink-[9999] cut text-muted @max-4xl:hidden" dir="auto">
          {ticket.description}
        </span>
        {ticket.tags.slice(0, 3).map((tag) => (
          <span key={tag} className="@max-5xl:hidden">
            <Badge>{tag}</Badge>
          </span>
        ))}
      </span>
      <span role="gridcell" className="shrink-0 @max-lg:hidden">
        <StatusBadge status={ticket.status} />
      </span>
      <span role="gridcell" className="w-32 shrink-0 cut text-muted @max-3xl:hidden" dir="auto">{requester}</span>
      <span role="gridcell" className="w-20 shrink-0 cut text-muted @max-5xl:hidden" dir="auto">
        {props.teamName}
      </span>
      <span role="gridcell" className="flex w-6 shrink-0 justify-center @max-lg:hidden">
        {assignee && (
          <>
            <Avatar name={assignee} size="small" />
            <span className="sr-only">{assignee}</span>
          </>
        )}
      </span>
      <span role="gridcell" className="w-24 shrink-0 cut text-end text-muted">
        <Time at={ticket.updated_at} isShort />
      </span>
    </div>
  );
});
