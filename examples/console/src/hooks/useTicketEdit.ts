import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { applyChanges, type Changes, changesOf, compareEdits, type Conflict } from "../lib/conflict.ts";
import { toHelpdeskError } from "../lib/errors.ts";
import type { TicketDetails } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import { assignTicket, editTicket, readTicket, transferTicket, unassignTicket } from "../services/tickets.ts";

/** `base` is what the person saw; `beside` is what else looks different: the assignee's name, for example. */
type Edit = { base: TicketDetails; changes: Changes; beside: Partial<TicketDetails> };
const ATTEMPTS = 3;
const UNDO_WINDOW = 10_000;

/**
 * Edits of a ticket, one after the other, shown at once: `shown` is the ticket with all that is under way.
 *
 * Each carries the revision it was made on. What somebody else has changed meanwhile becomes a conflict, and waits for
 * the person; everything else is sent on the new revision without a question. `undo` takes the last edit back.
 */
export function useTicketEdit(ticket: TicketDetails) {
  const ticketId = ticket.ticket_id;
  const queries = useQueryClient();
  const [pending, setPending] = useState<readonly Edit[]>([]);
  const [conflicts, setConflicts] = useState<readonly Conflict[]>([]);
  const [last, setLast] = useState<Changes | null>(null);
  const undoWindow = useRef<ReturnType<typeof setTimeout>>(undefined);
  const shown = useMemo(
    () => pending.reduce((row, { changes, beside }) => ({ ...applyChanges(row, changes), ...beside }), ticket),
    [ticket, pending],
  );

  const read = () =>
    queries.fetchQuery({ queryKey: keys.ticket(ticketId), queryFn: () => readTicket(ticketId), staleTime: 0 });

  async function carryOut({ base, changes }: Edit): Promise<void> {
    let left = changes;
    for (let attempt = 1; Object.keys(left).length > 0; attempt++) {
      const known = attempt === 1 ? queries.getQueryData<TicketDetails>(keys.ticket(ticketId)) : undefined;
      const current = known ?? await read();
      const { conflicts: found, free } = compareEdits(base, current, left);
      if (found.length > 0) report(found);
      left = free;
      if (Object.keys(left).length === 0) return;
      try {
        return await send(ticketId, current.revision, left);
      } catch (thrown) {
        if (toHelpdeskError(thrown).reason !== "stale_revision" || attempt === ATTEMPTS) throw thrown;
      }
    }
  }

  function report(found: Conflict[]): void {
    setConflicts((before) => [...before.filter(({ field }) => !found.some((one) => one.field === field)), ...found]);
    // Its newest event says who made the other change.
    void queries.invalidateQueries({ queryKey: keys.timeline(ticketId) });
  }

  const { mutateAsync, error, isPending, reset } = useMutation({
    scope: { id: `ticket-${ticketId}` },
    mutationFn: async (given: Edit) => {
      try {
        await carryOut(given);
        setLast(inverse(given.base, given.changes));
        clearTimeout(undoWindow.current);
        undoWindow.current = setTimeout(() => setLast(null), UNDO_WINDOW);
      } finally {
        await read().catch(() => queries.invalidateQueries({ queryKey: keys.ticket(ticketId), exact: true }));
        setPending((before) => before.filter((one) => one !== given));
      }
    },
  });

  function edit(changes: Changes, beside: Partial<TicketDetails> = {}, base = shown): Promise<boolean> {
    const given = { changes, beside, base };
    setPending((before) => [...before, given]);
    return mutateAsync(given).then(() => true, () => false);
  }

  function settle(choice: "mine" | "theirs", chosen: Conflict[]): void {
    setConflicts((before) => before.filter((conflict) => !chosen.includes(conflict)));
    // What the others chose is what the person has seen now.
    const theirs = changesOf(chosen.map((conflict) => ({ ...conflict, mine: conflict.theirs })));
    if (choice === "mine") void edit(changesOf(chosen), {}, applyChanges(shown, theirs));
  }

  // The same until one of these changes: its functions know no more than them.
  return useMemo(() => ({
    shown,
    edit,
    undo: last ? () => void edit(last) : null,
    isBusy: isPending,
    problem: error ? toHelpdeskError(error) : null,
    dismissProblem: reset,
    conflicts,
    settle,
  }), [shown, last, isPending, error, conflicts, mutateAsync, reset]);
}

export type TicketEdit = ReturnType<typeof useTicketEdit>;

/** One request for each kind of change: team and assignee have functions of their own. */
async function send(ticketId: string, revision: number, changes: Changes): Promise<void> {
  const { assigned_to: assignee, team_id: team, ...rest } = changes;
  if (team !== undefined) await transferTicket(ticketId, String(team), revision);
  else if (assignee === null) await unassignTicket(ticketId, revision);
  else if (assignee !== undefined) await assignTicket(ticketId, String(assignee), revision);
  else await editTicket(ticketId, revision, rest);
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
