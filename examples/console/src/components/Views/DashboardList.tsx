import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useCount, useTickets } from "../../hooks/useTickets.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import { ErrorNote, Panel, PriorityMark, Skeleton, StatusBadge, Time } from "../Shared/index.ts";

const SHOWN = 6;

type Props = { title: string; query: string; empty: string };

/** The most urgent tickets of a list, how many there are, and the way to all of them. */
export function DashboardList({ title, query, empty }: Props) {
  const t = useTranslations("queue");
  const list = useTickets({ query, sort: "priority" });
  const count = useCount({ query });
  const many = count.data && (count.data.more || count.data.count > 99 ? "99+" : String(count.data.count));
  const toAll = <Link to="/queue" search={{ q: query }} className="text-accent hover:underline">{t("showAll")}</Link>;
  return (
    <Panel title={many === undefined ? title : `${title} · ${many}`} actions={toAll}>
      {list.error && (
        <div className="p-3">
          <ErrorNote error={toHelpdeskError(list.error)} onRetry={() => list.refetch()} />
        </div>
      )}
      {list.isPending && (
        <div className="flex flex-col gap-2 p-3" aria-busy="true">
          <Skeleton />
          <Skeleton />
          <Skeleton />
        </div>
      )}
      {list.isSuccess && list.tickets.length === 0 && <p className="p-4 text-muted">{empty}</p>}
      <ul className="divide-y divide-line">
        {list.tickets.slice(0, SHOWN).map((ticket) => (
          <li key={ticket.ticket_id}>
            <Link
              to="/tickets/$ticketId"
              params={{ ticketId: ticket.ticket_id }}
              className="flex h-row items-center gap-2.5 px-4 hover:bg-hover"
            >
              <PriorityMark priority={ticket.priority} />
              <span className="text-muted tabular-nums">#{ticket.number}</span>
              <span className="min-w-0 flex-1 truncate font-medium" dir="auto">{ticket.title}</span>
              <span className="max-sm:hidden">
                <StatusBadge status={ticket.status} />
              </span>
              <span className="w-24 shrink-0 truncate text-end text-muted">
                <Time at={ticket.updated_at} isShort />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
