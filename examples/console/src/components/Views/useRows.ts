import { useCallback, useEffect, useRef, useState } from "react";
import type { FrozenRow } from "../../lib/frozenRows.ts";
import { extend, NO_SELECTION, selectAll, type Selection, toggle } from "../../lib/selection.ts";

/** The row that the person was on, by list: back from a ticket, it is there again. */
const currentRows = new Map<string, string>();

type State = { listId: string; current: string | null; selection: Selection };

function startOf(listId: string): State {
  return { listId, current: currentRows.get(listId) ?? null, selection: NO_SELECTION };
}

/** The row that keys act on, and the chosen rows; each list has its own. */
export function useRows<Item>(listId: string, rows: readonly FrozenRow<Item>[], onMove: () => void) {
  const [given, setState] = useState(() => startOf(listId));
  const { current, selection } = given.listId === listId ? given : startOf(listId);
  // Rows keep their functions, and are not drawn again, when a page comes behind them.
  const newest = useRef(rows);
  useEffect(() => {
    newest.current = rows;
  });
  const order = useCallback(() => newest.current.map(({ id }) => id), []);

  const change = useCallback((next: (before: State) => Partial<State>) => {
    setState((before) => {
      const was = before.listId === listId ? before : startOf(listId);
      const after = { ...was, ...next(was) };
      if (after.current) currentRows.set(listId, after.current);
      return after;
    });
  }, [listId]);

  const setCurrent = useCallback((id: string) => change(() => ({ current: id })), [change]);
  const onToggle = useCallback((id: string, isRange: boolean) =>
    change(({ selection }) => ({
      current: id,
      selection: isRange ? extend(selection, order(), id) : toggle(selection, id),
    })), [change, order]);
  const clear = useCallback(() => change(() => ({ selection: NO_SELECTION })), [change]);

  /** Go some rows down, or up; `selects` takes the rows on the way into the selection. */
  const move = (step: number, selects = false) => {
    const at = rows.findIndex(({ id }) => id === current);
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.id;
    if (!next) return;
    onMove();
    if (!selects) return setCurrent(next);
    if (current && !selection.ids.has(current)) onToggle(current, false);
    onToggle(next, true);
  };
  return {
    current,
    selection,
    setCurrent,
    onToggle,
    clear,
    move,
    selectAll: () => change(() => ({ selection: selectAll(order()) })),
  };
}
