import { newId } from "./ids.ts";
import type { ListedTicket, Priority, Role, Status, Transition } from "./models.ts";

/** One change for many tickets, as the bulk window has it. */
export type BulkChange =
  | { kind: "status"; value: Status }
  | { kind: "priority"; value: Priority }
  | { kind: "assignee"; value: string | null }
  | { kind: "team"; value: string }
  | { kind: "tag" | "untag"; value: string }
  | { kind: "reply"; value: string };

/** What would happen to a ticket: `same` needs no change, `refused` is not possible. */
export type PlannedChange = { ticket: ListedTicket; from: string; to: string; outcome: "change" | "same" | "refused" };

/** What a change would do to each ticket, as far as it can be known here; the database decides. */
export function planChange(
  tickets: readonly ListedTicket[],
  change: BulkChange,
  transitions: readonly Transition[],
  me: Role,
  names: (id: string) => string,
): PlannedChange[] {
  return tickets.map((ticket) => {
    const from = valueOf(ticket, change.kind, names),
      to = change.kind === "assignee" || change.kind === "team" ? names(change.value ?? "") : String(change.value);
    if (change.kind === "tag") {
      return { ticket, from, to, outcome: ticket.tags.includes(change.value) ? "same" : "change" };
    }
    if (change.kind === "untag") {
      return { ticket, from, to, outcome: ticket.tags.includes(change.value) ? "change" : "same" };
    }
    if (change.kind === "reply") {
      return { ticket, from, to, outcome: ticket.status === "closed" ? "refused" : "change" };
    }
    if (from === to) return { ticket, from, to, outcome: "same" };
    const isPossible = change.kind !== "status" ||
      transitions.some(({ role, from_status, to_status }) =>
        role === me && from_status === ticket.status && to_status === change.value
      );
    return { ticket, from, to, outcome: isPossible ? "change" : "refused" };
  });
}

function valueOf(ticket: ListedTicket, kind: BulkChange["kind"], names: (id: string) => string): string {
  switch (kind) {
    case "status":
      return ticket.status;
    case "priority":
      return ticket.priority;
    case "assignee":
      return names(ticket.assigned_to ?? "");
    case "team":
      return names(ticket.team_id);
    case "tag":
    case "untag":
      return ticket.tags.join(", ");
    case "reply":
      return "";
  }
}

/** The items of the request. A reply's id is made here: repeated, it is the same reply. */
export function itemsOf(tickets: readonly ListedTicket[], change: BulkChange) {
  return tickets.map((ticket) => {
    const { ticket_id } = ticket;
    switch (change.kind) {
      case "status":
        return { ticket_id, action: "update" as const, changes: { status: change.value } };
      case "priority":
        return { ticket_id, action: "update" as const, changes: { priority: change.value } };
      case "assignee":
        return { ticket_id, action: "assign" as const, assignee_id: change.value };
      case "team":
        return { ticket_id, action: "transfer" as const, team_id: change.value };
      case "tag":
      case "untag":
        return { ticket_id, action: change.kind, tags: [change.value] };
      case "reply":
        return { ticket_id, action: "reply" as const, body: change.value, message_id: newId() };
    }
  });
}
