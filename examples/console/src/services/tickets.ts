import { HelpdeskError } from "../lib/errors.ts";
import type { Duplicate, Priority, Status, Ticket, TicketDetails, Transition } from "../lib/models.ts";
import type { NewTicket } from "../lib/ticketForm.ts";
import { call, client } from "./supabase.ts";

export type TicketChanges = Partial<{
  title: string;
  description: string;
  status: Status;
  priority: Priority;
  snoozed_until: string | null;
  custom_fields: Record<string, unknown>;
}>;

const DETAILS =
  "*, requester:users!tickets_created_by_fkey(*), assignee:users!tickets_assigned_to_fkey(*), team:teams(*), " +
  "ticket_tags(tag), ticket_staff_fields(staff_fields)";

/** A ticket with the people, tags and values that its page shows. */
export async function readTicket(ticketId: string): Promise<TicketDetails> {
  const row = await call(client().from("tickets").select(DETAILS).eq("ticket_id", ticketId).maybeSingle()) as unknown;
  if (!row) throw notFound();
  const { ticket_tags: tags, ticket_staff_fields: staff, ...ticket } = row as Joined;
  const [values] = [staff].flat();
  return {
    ...ticket,
    tags: tags.map(({ tag }) => tag).sort(),
    custom_fields: { ...ticket.custom_fields, ...values?.staff_fields },
  };
}

type Values = { staff_fields: Record<string, unknown> };
type Joined = TicketDetails & { ticket_tags: { tag: string }[]; ticket_staff_fields: Values[] | Values | null };

/** Open a ticket. Repeat it unchanged with the same id: there is one ticket. */
export async function createTicket(ticket: NewTicket): Promise<Ticket> {
  return await call(
    client().rpc("create_ticket", { ...ticket, custom_fields: ticket.custom_fields as never }),
  ) as Ticket;
}

/** Change a ticket, unless somebody has changed it since this revision: `stale_revision`. */
export async function editTicket(ticketId: string, revision: number, changes: TicketChanges): Promise<void> {
  const query = client().from("tickets").update(changes as never).eq("ticket_id", ticketId).eq("revision", revision);
  const rows = await call(query.select("ticket_id"));
  if (rows.length === 0) throw stale();
}

export async function assignTicket(ticketId: string, assigneeId: string, revision: number): Promise<void> {
  await call(client().rpc("assign_ticket", { ticket_id: ticketId, assignee_id: assigneeId, revision }));
}

export async function unassignTicket(ticketId: string, revision: number): Promise<void> {
  await call(client().rpc("unassign_ticket", { ticket_id: ticketId, revision }));
}

/** Move a ticket to another team's queue. The person may no longer see it afterwards. */
export async function transferTicket(ticketId: string, teamId: string, revision: number): Promise<void> {
  await call(client().rpc("transfer_ticket", { ticket_id: ticketId, team_id: teamId, revision }));
}

export async function addTag(ticketId: string, tag: string): Promise<void> {
  const row = { ticket_id: ticketId, tag };
  await call(client().from("ticket_tags").upsert(row as never, { ignoreDuplicates: true }).select("tag"));
}

export async function removeTag(ticketId: string, tag: string): Promise<void> {
  await call(client().from("ticket_tags").delete().eq("ticket_id", ticketId).eq("tag", tag).select("tag"));
}

/** Which status staff may choose after which: the rule of the database itself. */
export async function listTransitions(): Promise<Transition[]> {
  return await call(client().from("status_transitions").select()) as Transition[];
}

/** The newest tickets of a person. */
export async function listTicketsOf(userId: string, limit: number): Promise<Ticket[]> {
  const query = client().from("tickets").select().eq("created_by", userId);
  const ordered = query.order("created_at", { ascending: false }).order("ticket_id", { ascending: false });
  return await call(ordered.limit(limit)) as Ticket[];
}

/** Tickets by their ids; those that the person may not see are left out. */
export async function listTicketsById(ids: string[]): Promise<Ticket[]> {
  if (ids.length === 0) return [];
  return await call(client().from("tickets").select().in("ticket_id", ids)) as Ticket[];
}

/** Tickets by their numbers, in this order; those that the person may not see are left out. */
export async function listTicketsByNumber(numbers: number[]): Promise<Ticket[]> {
  if (numbers.length === 0) return [];
  const rows = await call(client().from("tickets").select().in("number", numbers)) as Ticket[];
  return rows.sort((one, other) => numbers.indexOf(one.number) - numbers.indexOf(other.number));
}

/** Open and pending tickets that may be about the same matter. */
export async function listDuplicates(ticketId: string): Promise<Duplicate[]> {
  return await call(client().rpc("suggest_duplicates", { ticket_id: ticketId, max_rows: 5 }));
}

function notFound(): HelpdeskError {
  return new HelpdeskError({ message: "", details: "helpdesk.ticket_not_found", status: 404 });
}

function stale(): HelpdeskError {
  return new HelpdeskError({ message: "", details: "helpdesk.stale_revision", status: 409 });
}
