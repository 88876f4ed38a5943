import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useFrozenTickets } from "../../hooks/useFrozenTickets.ts";
import { useClaim } from "../../hooks/useQueues.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { useTickets } from "../../hooks/useTickets.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { ListFilter } from "../../lib/listFilter.ts";
import type { View } from "../../lib/models.ts";
import type { QueueSearch } from "../../lib/queues.ts";
import { extend, NO_SELECTION, toggle } from "../../lib/selection.ts";
import { EmptyState, ErrorNote, Skeleton, useToast } from "../Shared/index.ts";
import { BulkBar } from "../Tickets/BulkBar.tsx";
import { TicketList } from "../Tickets/TicketList.tsx";
import { QueueToolbar } from "./QueueToolbar.tsx";

type Props = { search: QueueSearch; filter: ListFilter; view: View | undefined; isSplit: boolean; onSplit(): void };

/** The row that the person was on, by list: back from a ticket, it is there again. */
const currentRows = new Map<string, string>();

/** A list of tickets with its filter, moved through by keys, worked on one by one or many at once. */
export function Queue({ search, filter, view, isSplit, onSplit }: Props) {
  const t = useTranslations("queue");
  const navigate = useNavigate();
  const { toast } = useToast();
  const box = useRef<HTMLInputElement>(null);
  const listId = JSON.stringify(filter);
  const list = useTickets(filter);
  const { rows, newer, settle, dropGone } = useFrozenTickets(list.tickets, listId, list.isPlaceholderData);
  const [chosen, setChosen] = useState({ listId, current: currentRows.get(listId) ?? null, selection: NO_SELECTION });
  const { current, selection } = chosen.listId === listId
    ? chosen
    : { current: currentRows.get(listId) ?? null, selection: NO_SELECTION };
  const order = useMemo(() => rows.map(({ id }) => id), [rows]);
  const teams = useTeams();
  const teamNames = useMemo(() => new Map(teams.data?.map(({ team_id, name }) => [team_id, name])), [teams.data]);
  const claim = useClaim();

  const setCurrent = useCallback((id: string) => {
    currentRows.set(listId, id);
    setChosen((before) => ({
      listId,
      current: id,
      selection: before.listId === listId ? before.selection : NO_SELECTION,
    }));
  }, [listId]);
  const open = useCallback((ticketId: string) => {
    setCurrent(ticketId);
    void (isSplit
      ? navigate({ to: "/queue", search: { ...search, ticket: ticketId } })
      : navigate({ to: "/tickets/$ticketId", params: { ticketId } }));
  }, [setCurrent, navigate, isSplit, search]);
  const onToggle = useCallback((id: string, isRange: boolean) => {
    setChosen((before) => {
      const was = before.listId === listId ? before.selection : NO_SELECTION;
      return { listId, current: id, selection: isRange ? extend(was, order, id) : toggle(was, id) };
    });
  }, [listId, order]);
  const move = (step: number, selects = false) => {
    const next = order[Math.min(Math.max(order.indexOf(current ?? "") + step, 0), order.length - 1)];
    if (!next) return;
    dropGone();
    if (selects) {
      if (current && !selection.ids.has(current)) onToggle(current, false);
      onToggle(next, true);
    } else setCurrent(next);
    currentRows.set(listId, next);
  };
  const take = async () => {
    if (!current) return;
    if (await claim.run(current)) toast({ title: t("taken"), kind: "success" });
  };
  const group = t("groupList"), hasCurrent = current !== null;
  useShortcuts([
    { id: "next row", keys: "j", label: t("next"), group, run: () => move(1) },
    { id: "previous row", keys: "k", label: t("previous"), group, run: () => move(-1) },
    { id: "down", keys: "ArrowDown", label: t("next"), group, run: () => move(1) },
    { id: "up", keys: "ArrowUp", label: t("previous"), group, run: () => move(-1) },
    { id: "open", keys: "Enter", label: t("open"), group, when: hasCurrent, run: () => current && open(current) },
    {
      id: "select",
      keys: "x",
      label: t("toggle"),
      group,
      when: hasCurrent,
      run: () => current && onToggle(current, false),
    },
    { id: "select down", keys: "Shift+J", label: t("selectNext"), group, run: () => move(1, true) },
    { id: "select up", keys: "Shift+K", label: t("selectPrevious"), group, run: () => move(-1, true) },
    {
      id: "take",
      keys: "i",
      label: t("take"),
      group,
      when: hasCurrent && selection.ids.size === 0,
      run: () => void take(),
    },
    { id: "search", keys: "/", label: t("filter"), group, run: () => box.current?.focus() },
    { id: "newer", keys: ".", label: t("showNewer"), group, when: newer > 0, run: settle },
  ]);
  const selected = useMemo(() => rows.filter(({ id }) => selection.ids.has(id)).map(({ item }) => item), [
    rows,
    selection,
  ]);
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
      <BulkBar tickets={selected} onClear={() => setChosen({ listId, current, selection: NO_SELECTION })} />
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
          onEnd={() => !list.isFetchingNextPage && void list.fetchNextPage()}
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
