import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { applyChanges, type Changes, changesOf, compareEdits, type Conflict } from "../lib/conflict.ts";
import { type HelpdeskError, toHelpdeskError } from "../lib/errors.ts";
import type { TicketDetails } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import * as tickets from "../services/tickets.ts";

type Edit = { changes: Changes; shown?: Partial<TicketDetails> };
const ATTEMPTS = 3;
const UNDO_WINDOW = 10_000;

/**
 * Edits of a ticket, one after the other, shown at once.
 *
 * Each carries the revision it was made on. What somebody else has changed meanwhile becomes a conflict, and waits for
 * the person; everything else is sent again on the new revision without a question. `undo` takes the last edit back.
 */
export function useTicketEdit(ticketId: string) {
  const queries = useQueryClient();
  const [conflicts, setConflicts] = useState<Conflict[]>([]);
  const [last, setLast] = useState<Changes | null>(null);
  const window = useRef<ReturnType<typeof setTimeout>>(undefined);
  const key = keys.ticket(ticketId);

  const read = () => queries.fetchQuery({ queryKey: key, queryFn: () => tickets.readTicket(ticketId), staleTime: 0 });

  async function edit({ changes }: Edit, base: TicketDetails): Promise<void> {
    let seen = base, left = changes;
    for (let attempt = 1; Object.keys(left).length > 0; attempt++) {
      try {
        return await send(ticketId, seen.revision, left);
      } catch (thrown) {
        if (toHelpdeskError(thrown).reason !== "stale_revision" || attempt === ATTEMPTS) throw thrown;
        const fresh = await read();
        // Its newest event says who made the other change.
        void queries.invalidateQueries({ queryKey: keys.timeline(ticketId) });
        const { conflicts: found, free } = compareEdits(seen, fresh, left);
        setConflicts((
          before,
        ) => [...before.filter(({ field }) => !found.some((one) => one.field === field)), ...found]);
        seen = fresh;
        left = free;
      }
    }
  }

  const { mutate, mutateAsync, error, isPending, reset } = useMutation({
    scope: { id: `ticket-${ticketId}` },
    mutationFn: async (given: Edit) => {
      await queries.cancelQueries({ queryKey: key, exact: true });
      const base = queries.getQueryData<TicketDetails>(key) ?? await read();
      queries.setQueryData(key, { ...applyChanges(base, given.changes), ...given.shown });
      try {
        await edit(given, base);
        setLast(inverse(base, given.changes));
        clearTimeout(window.current);
        window.current = setTimeout(() => setLast(null), UNDO_WINDOW);
      } finally {
        await read().catch(() => queries.invalidateQueries({ queryKey: key, exact: true }));
      }
    },
  });

  const settle = useCallback((choice: "mine" | "theirs", chosen: Conflict[]) => {
    setConflicts((before) => before.filter((conflict) => !chosen.includes(conflict)));
    if (choice === "mine") mutate({ changes: changesOf(chosen) });
  }, [mutate]);

  return {
    edit: (changes: Changes, shown?: Partial<TicketDetails>) =>
      mutateAsync({ changes, shown }).then(() => true, () => false),
    undo: last ? () => mutate({ changes: last }) : null,
    isBusy: isPending,
    problem: error ? toHelpdeskError(error) as HelpdeskError : null,
    dismissProblem: reset,
    conflicts,
    settle,
  };
}

export type TicketEdit = ReturnType<typeof useTicketEdit>;

/** One request for each kind of change: team and assignee have functions of their own. */
async function send(ticketId: string, revision: number, changes: Changes): Promise<void> {
  const { assigned_to: assignee, team_id: team, ...rest } = changes;
  if (team !== undefined) await tickets.transferTicket(ticketId, String(team), revision);
  else if (assignee === null) await tickets.unassignTicket(ticketId, revision);
  else if (assignee !== undefined) await tickets.assignTicket(ticketId, String(assignee), revision);
  else await tickets.editTicket(ticketId, revision, rest);
}

function inverse(base: TicketDetails, changes: Changes): Changes {
  const before: Changes = base;
  return Object.fromEntries(
    Object.entries(changes).map(([field, value]) => {
      if (field !== "custom_fields") return [field, before[field]];
      const values = Object.keys(value as Changes).map((key) => [key, base.custom_fields[key] ?? null]);
      return [field, Object.fromEntries(values)];
    }),
  );
}
