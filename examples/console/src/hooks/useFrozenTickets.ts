import { useCallback, useEffect, useRef, useState } from "react";
import { freeze, type FrozenRows, thaw } from "../lib/frozenRows.ts";
import type { ListedTicket } from "../lib/models.ts";

const idOf = (ticket: ListedTicket) => ticket.ticket_id;

/**
 * The rows of a list that does not jump under the pointer. `settle` shows the list as it is now: after a move, or when
 * somebody asks for the newer tickets. Another `listId` is another list.
 */
export function useFrozenTickets(tickets: ListedTicket[], listId: string, isPlaceholder: boolean) {
  const [frozen, setFrozen] = useState<FrozenRows<ListedTicket>>(() => ({
    rows: isPlaceholder ? [] : thaw(tickets, idOf),
    newer: 0,
  }));
  const shownId = useRef(isPlaceholder ? "" : listId);
  useEffect(() => {
    if (isPlaceholder) return;
    // Before the update: React may call it later.
    const isSame = shownId.current === listId;
    shownId.current = listId;
    setFrozen((before) => isSame ? freeze(before.rows, tickets, idOf) : { rows: thaw(tickets, idOf), newer: 0 });
  }, [tickets, listId, isPlaceholder]);
  const settle = useCallback(() => setFrozen({ rows: thaw(tickets, idOf), newer: 0 }), [tickets]);
  const dropGone = useCallback(() => {
    setFrozen((before) =>
      before.rows.some(({ isGone }) => isGone)
        ? { ...before, rows: before.rows.filter(({ isGone }) => !isGone) }
        : before
    );
  }, []);
  return { ...frozen, settle, dropGone };
}
