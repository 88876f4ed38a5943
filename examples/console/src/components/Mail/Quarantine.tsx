import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useMatching, useQuarantine } from "../../hooks/useQuarantine.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import {
  type Decision,
  type QuarantineFilter,
  type Selected,
  toggled,
  type WaitingMail,
} from "../../lib/quarantine.ts";
import { Button, EmptyState, ErrorNote, Skeleton } from "../Shared/index.ts";
import { QuarantineBar } from "./QuarantineBar.tsx";
import { QuarantineCard } from "./QuarantineCard.tsx";
import { QuarantineDialog } from "./QuarantineDialog.tsx";
import { QuarantineFilters } from "./QuarantineFilters.tsx";
import { useQuarantineShortcuts } from "./useQuarantineShortcuts.ts";

type Props = { filter: QuarantineFilter; onFilter(filter: QuarantineFilter): void };
const NOTHING: Selected = new Map();

/** The mails that wait for a person's decision, the oldest first: one by one, or many at once. */
export function Quarantine({ filter, onFilter }: Props) {
  const t = useTranslations("mail");
  const query = useQuarantine(filter);
  const mails = query.data?.pages.flat() ?? [];
  const { current, setCurrent, move } = useCurrent(mails);
  const { selected, toggle, clear, selectAll, matching } = useSelected(filter);
  const [decision, setDecision] = useState<Decision | null>(null);
  const frame = useRef<HTMLElement>(null);
  const close = (isDone: boolean) => {
    setDecision(null);
    if (!isDone) return;
    clear();
    // The button that opened the window is gone, and so may be the mail that had the focus.
    setTimeout(() => document.activeElement === document.body && frame.current?.focus());
  };
  const at = mails.find(({ inbound_id }) => inbound_id === current);
  useQuarantineShortcuts({
    hasCurrent: at !== undefined,
    hasMails: mails.length > 0,
    mayDecide: selected.size > 0 && decision === null,
    move,
    toggle: () => at && toggle(at),
    selectAll,
    clear,
    decide: setDecision,
  });
  const hasFilter = Object.keys(filter).length > 0;
  const isEmpty = query.isSuccess && mails.length === 0;
  return (
    <section ref={frame} tabIndex={-1} aria-label={t("quarantine")} className="flex flex-col gap-4 outline-none">
      {(hasFilter || !isEmpty) && <QuarantineFilters filter={filter} onFilter={onFilter} />}
      {query.error && mails.length === 0 && (
        <ErrorNote
          error={toHelpdeskError(query.error)}
          onRetry={() => query.refetch()}
        />
      )}
      {query.isPending && <Skeleton className="h-40 w-full" />}
      {isEmpty && (hasFilter
        ? (
          <EmptyState
            title={t("noMatch")}
            action={<Button onClick={() => onFilter({})}>{t("filter.clear")}</Button>}
          />
        )
        : <EmptyState title={t("nothingWaits")} hint={t("nothingWaitsHint")} />)}
      {mails.length > 0 && (
        <QuarantineBar
          count={mails.length}
          hasMore={query.hasNextPage}
          selected={selected.size}
          isSelecting={matching.isBusy}
          onSelectAll={selectAll}
          onClear={clear}
          onDecide={setDecision}
        />
      )}
      {matching.problem && <ErrorNote error={matching.problem} />}
      <ul className="flex flex-col gap-4 empty:hidden">
        {mails.map((mail) => (
          <li
            key={mail.inbound_id}
            id={`mail-${mail.inbound_id}`}
            tabIndex={-1}
            onFocus={() => setCurrent(mail.inbound_id)}
            className="scroll-mt-16 rounded-lg"
          >
            <QuarantineCard
              mail={mail}
              isCurrent={mail.inbound_id === current}
              isSelected={selected.has(mail.inbound_id)}
              onToggle={() => toggle(mail)}
              onSender={(sender) => onFilter({ ...filter, sender })}
            />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("more")}</Button>
      )}
      {decision && <QuarantineDialog mails={[...selected.values()]} decision={decision} onClose={close} />}
    </section>
  );
}

/** The selected mails, also such that no page has yet. Another filter begins anew: what one does not see is not chosen. */
function useSelected(filter: QuarantineFilter) {
  const among = JSON.stringify(filter);
  const [kept, setKept] = useState({ among, mails: NOTHING });
  const mailsOf = (one: typeof kept) => one.among === among ? one.mails : NOTHING;
  const matching = useMatching();
  return {
    selected: mailsOf(kept),
    toggle: (mail: WaitingMail) => setKept((before) => ({ among, mails: toggled(mailsOf(before), mail) })),
    clear: () => setKept({ among, mails: NOTHING }),
    async selectAll() {
      const found = await matching.run(filter);
      if (found) setKept({ among, mails: new Map(found.value.map((mail) => [mail.inbound_id, mail])) });
    },
    matching,
  };
}

/** The mail that keys act on: it has the focus. A mail that was decided on takes it with it: the next one has it then. */
function useCurrent(mails: readonly WaitingMail[]) {
  const [current, setCurrent] = useState<string | null>(null);
  const at = mails.findIndex(({ inbound_id: id }) => id === current);
  const last = useRef(0);
  const go = (to: number) => {
    const next = mails[to];
    if (!next) return;
    setCurrent(next.inbound_id);
    document.getElementById(`mail-${next.inbound_id}`)?.focus();
  };
  useEffect(() => {
    if (at >= 0) last.current = at;
    else if (current !== null && document.activeElement === document.body) go(Math.min(last.current, mails.length - 1));
  });
  return { current, setCurrent, move: (by: number) => go(Math.max(0, at + by)) };
}
