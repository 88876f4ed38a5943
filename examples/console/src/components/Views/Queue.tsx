import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { useFrozenTickets } from "../../hooks/useFrozenTickets.ts";
import { useClaim } from "../../hooks/useQueues.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { useTickets } from "../../hooks/useTickets.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { ListFilter } from "../../lib/listFilter.ts";
import type { View } from "../../lib/models.ts";
import type { QueueSearch } from "../../lib/queues.ts";
import { EmptyState, ErrorNote, Skeleton, useToast } from "../Shared/index.ts";
import { BulkBar } from "../Tickets/BulkBar.tsx";
import { TicketList } from "../Tickets/TicketList.tsx";
import { QueueToolbar } from "./QueueToolbar.tsx";
import { useQueueShortcuts } from "./useQueueShortcuts.ts";
import { useRows } from "./useRows.ts";

type Props = { search: QueueSearch; filter: ListFilter; view: View | undefined; isSplit: boolean; onSplit(): void };

/** A list of tickets with its filter, moved through by keys, worked on one by one or many at once. */
export function Queue({ search, filter, view, isSplit, onSplit }: Props) {
  const t = useTranslations("queue");
  const navigate = useNavigate();
  const { toast } = useToast();
  const box = useRef<HTMLInputElement>(null);
  const listId = JSON.stringify(filter);
  const list = useTickets(filter);
  const { rows, newer, settle, dropGone } = useFrozenTickets(list.tickets, listId, list.isPlaceholderData);
  const { current, selection, setCurrent, onToggle, clear, move, selectAll } = useRows(listId, rows, dropGone);
  const teams = useTeams();
  const teamNames = useMemo(() => new Map(teams.data?.map(({ team_id, name }) => [team_id, name])), [teams.data]);
  const claim = useClaim();

  const open = useCallback((ticketId: string) => {
    setCurrent(ticketId);
    void (isSplit
      ? navigate({ to: "/queue", search: { ...search, ticket: ticketId } })
      : navigate({ to: "/tickets/$ticketId", params: { ticketId } }));
  }, [setCurrent, navigate, isSplit, search]);
  // In the split view the ticket follows the row, once somebody stays on it.
  const followed = useDebounced(current, 150);
  useEffect(() => {
    if (isSplit && followed && followed === current && search.ticket !== followed) {
      void navigate({ to: "/queue", search: { ...search, ticket: followed }, replace: true });
    }
  }, [isSplit, followed, current, search, navigate]);
  const take = async () => {
    if (!current) return;
    if (await claim.run(current)) toast({ title: t("taken"), kind: "success" });
  };
  useQueueShortcuts({
    hasCurrent: current !== null,
    // In the split view the open ticket has this key.
    mayTake: current !== null && selection.ids.size === 0 && !isSplit,
    hasNewer: newer > 0,
    move,
    selectAll,
    settle,
    open: () => current && open(current),
    toggle: () => current && onToggle(current, false),
    take: () => void take(),
    search: () => {
      box.current?.focus();
      box.current?.select();
    },
  });
  const { isFetchingNextPage, fetchNextPage } = list;
  // What was read last is not among the rows yet when this is asked too early.
  const isAllShown = rows.length + newer >= list.tickets.length;
  const readNext = useCallback(() => {
    if (isAllShown && !isFetchingNextPage) void fetchNextPage();
  }, [isAllShown, isFetchingNextPage, fetchNextPage]);
  const selected = useMemo(
    () => selection.ids.size === 0 ? [] : rows.filter(({ id }) => selection.ids.has(id)).map(({ item }) => item),
    [rows, selection],
  );
  return (
    <section aria-label={t("list")} className="flex h-full min-h-0 min-w-0 flex-1 flex-col">
      <QueueToolbar
        search={search}
        view={view}
        box={box}
        newer={newer}
        onNewer={settle}
        isSplit={isSplit}
        onSplit={onSplit}
      />
      {list.warnings.map((warning) => (
        <p key={warning} role="status" className="bg-warning-soft px-3 py-1.5 text-warning">{warning}</p>
      ))}
      <BulkBar tickets={selected} onClear={clear} />
      {list.error && (
        <div className="p-3">
          <ErrorNote error={toHelpdeskError(list.error)} onRetry={() => list.refetch()} />
        </div>
      )}
      {claim.problem && (
        <div className="p-3">
          <ErrorNote error={claim.problem} />
        </div>
      )}
      {list.isPending && (
        <div className="flex flex-col gap-2 p-3" aria-busy="true">
          {Array.from({ length: 8 }, (_, row) => <Skeleton key={row} />)}
        </div>
      )}
      {list.isSuccess && rows.length === 0 && !list.isPlaceholderData && <Nothing search={search} />}
      {rows.length > 0 && (
        <TicketList
          label={t("list")}
          rows={rows}
          hasMore={list.hasNextPage}
          onEnd={readNext}
          currentId={current}
          onCurrent={setCurrent}
          selected={selection.ids}
          onToggle={onToggle}
          onOpen={open}
          teamNames={teamNames}
          memory={listId}
        />
      )}
    </section>
  );
}

function Nothing({ search }: { search: QueueSearch }) {
  const t = useTranslations("queue");
  const link = <Link to="/queue" search={{ view: "open" }} className="text-accent underline">{t("toOpen")}</Link>;
  return (
    <div className="p-4">
      {search.q !== undefined
        ? <EmptyState title={t("noMatch", { query: search.q })} hint={t("noMatchHint")} action={link} />
        : <EmptyState title={t("empty")} hint={t("emptyHint")} action={search.view === "open" ? undefined : link} />}
    </div>
  );
}
