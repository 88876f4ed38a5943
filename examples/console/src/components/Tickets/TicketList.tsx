import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { usePreferences } from "../../contexts/PreferencesContext.tsx";
import { useDraftMarks } from "../../hooks/useDraftMarks.ts";
import { useSeen } from "../../hooks/useSeen.ts";
import type { FrozenRow } from "../../lib/frozenRows.ts";
import { whenIdle } from "../../lib/idle.ts";
import type { ListedTicket } from "../../lib/models.ts";
import { TicketRow } from "./TicketRow.tsx";

export type TicketListProps = {
  label: string;
  rows: readonly FrozenRow<ListedTicket>[];
  /** Whether there are more behind the last row; `onEnd` reads them. */
  hasMore: boolean;
  onEnd(): void;
  currentId: string | null;
  onCurrent(ticketId: string): void;
  selected: ReadonlySet<string>;
  onToggle(ticketId: string, isRange: boolean): void;
  onOpen(ticketId: string): void;
  teamNames: ReadonlyMap<string, string>;
  /** The list's place on the screen is kept under this name until the page is loaded anew. */
  memory: string;
};

/** As `--row-height` in styles.css, in pixels. */
const ROW = { comfortable: 36, compact: 28 };
/** So many rows above and below the screen are drawn. */
const OVERSCAN = 12;
/** The next rows are read when fewer than these are left below: not with the first screen. */
const NEAR = 10;
const places = new Map<string, number>();

/** A list of tickets of any length: only the rows on the screen are drawn. */
export function TicketList(props: TicketListProps) {
  const { rows, hasMore, onEnd, currentId, memory } = props;
  const t = useTranslations("queue");
  const prefix = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const seen = useSeen();
  const drafts = useDraftMarks();
  const { density } = usePreferences();
  const height = density === "compact" ? ROW.compact : ROW.comfortable;
  // The rows outside of the screen come behind the first ones.
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => whenIdle(() => setDrawn(true)), []);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: isDrawn ? OVERSCAN : 0,
    // No getItemKey: a new function with each render has all rows measured again.
    initialOffset: () => places.get(memory) ?? 0,
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - NEAR) onEnd();
  }, [hasMore, last, rows.length, onEnd]);

  const at = useMemo(() => currentId === null ? -1 : rows.findIndex(({ id }) => id === currentId), [rows, currentId]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = { Home: 0, End: rows.length - 1, PageDown: at + 15, PageUp: at - 15 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const row = rows[Math.min(Math.max(target, 0), rows.length - 1)];
    if (row) props.onCurrent(row.id);
  };
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={hasMore ? -1 : rows.length}
      aria-multiselectable
      aria-activedescendant={items.some(({ index }) => index === at) ? `${prefix}${currentId}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={(event) => places.set(memory, event.currentTarget.scrollTop)}
      // With a ground of its own it is scrolled without being painted anew, also where a pixel is a pixel.
      className="@container min-h-0 flex-1 overflow-y-auto bg-surface outline-offset-[-2px]"
    >
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, size }) => {
          const { id, item, isGone } = rows[index]!;
          return (
            <TicketRow
              key={id}
              ticket={item}
              index={index + 1}
              id={`${prefix}${id}`}
              top={start}
              height={size}
              isCurrent={id === currentId}
              isSelected={props.selected.has(id)}
              isGone={isGone}
              hasDraft={drafts.has(id)}
              isUnread={seen[id] === undefined ? false : seen[id] < item.revision}
              teamName={props.teamNames.get(item.team_id) ?? ""}
              onOpen={props.onOpen}
              onToggle={props.onToggle}
            />
          );
        })}
      </div>
      {hasMore && rows.length > 0 && <p role="status" className="p-3 text-center text-muted">{t("loadingMore")}</p>}
    </div>
  );
}
