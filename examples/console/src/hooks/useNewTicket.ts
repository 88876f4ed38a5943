import { useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import { finishDraft } from "../lib/drafts.ts";
import type { Ticket } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import {
  emptyTicketForm,
  fieldsOfNew,
  formProblems,
  newTicketOf,
  readTicketForm,
  type TicketForm,
} from "../lib/ticketForm.ts";
import { createCustomer } from "../services/people.ts";
import { assignTicket, createTicket } from "../services/tickets.ts";
import { useAction } from "./useAction.ts";
import { useDraft } from "./useDraft.ts";
import { useTeams } from "./useTeams.ts";
import { useTicketFields } from "./useTicketFields.ts";

/** Opens a ticket, on the web or by staff for somebody else. */
export function useCreateTicket() {
  return useAction(createTicket, [keys.lists(), keys.counts()]);
}

/**
 * The form in which staff open a ticket for somebody. It is kept on this device as a draft, and the draft's id becomes
 * the id of the ticket: a repeated attempt makes no second one.
 */
export function useNewTicket() {
  const { me, teams: mine, can } = useAuth();
  const teams = useTeams();
  const fields = useTicketFields();
  const { key, draft, isRead, change } = useDraft("new", "note");
  const [isChecked, setChecked] = useState(false);
  const all = teams.data ?? [];
  const first = all.find(({ team_id }) => mine.some((team) => team.team_id === team_id)) ??
    all.find(({ is_default }) => is_default);
  const form = readTicketForm(draft.text, first?.team_id ?? "");
  const asked = fieldsOfNew(fields.data ?? [], form.teamId, true);
  const problems = formProblems(form, asked);
  const create = useAction(async (given: { id: string; form: TicketForm }) => {
    const { requester } = given.form;
    const person = requester!.isNew
      ? await createCustomer(requester!.id, requester!.email, requester!.name)
      : { user_id: requester!.id };
    const ticket = await createTicket(newTicketOf(given.form, asked, given.id, person.user_id));
    if (given.form.isMine && ticket.assigned_to === null && me) {
      await assignTicket(ticket.ticket_id, me.user_id, ticket.revision);
    }
    return ticket;
  }, [keys.lists(), keys.counts(), ["people"]]);

  const set = (changes: Partial<TicketForm>) => {
    const next = { ...form, ...changes };
    const isEmpty = JSON.stringify(next) === JSON.stringify(emptyTicketForm(next.teamId));
    change({ text: isEmpty ? "" : JSON.stringify(next) });
  };

  async function save(): Promise<Ticket | null> {
    setChecked(true);
    if (!isRead || Object.keys(problems).length > 0) return null;
    const done = await create.run({ id: draft.id, form });
    if (!done) return null;
    await finishDraft(key).catch(() => undefined);
    return done.value;
  }

  return {
    form,
    set,
    save,
    teams: all,
    fields: asked,
    /** What is wrong, from the first attempt to save on. */
    problems: isChecked ? problems : {},
    isReady: isRead && !teams.isPending && !fields.isPending,
    isBusy: create.isBusy,
    problem: create.problem,
    /** The id that the ticket has, or will have. */
    ticketId: isRead ? draft.id : "",
    /** Whether the person will see a ticket of a team. */
    seesTeam: (teamId: string) => can("administer") || mine.some((team) => team.team_id === teamId),
    clear: () => finishDraft(key).catch(() => undefined),
  };
}
