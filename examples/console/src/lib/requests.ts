import type { Status, TicketField } from "./models.ts";

/** What a status means to the requester. */
export type RequestState = "working" | "waiting" | "done";
export const REQUEST_STATES: readonly RequestState[] = ["waiting", "working", "done"];

const STATES: Record<Status, RequestState> = { open: "working", pending: "waiting", resolved: "done", closed: "done" };

export function stateOf(status: Status): RequestState {
  return STATES[status];
}

/** The statuses that are one state to the requester. */
export function statusesOf(state: RequestState): Status[] {
  return (Object.keys(STATES) as Status[]).filter((status) => STATES[status] === state);
}

/** The state that an address asks for; null for all. */
export function stateIn(value: unknown): RequestState | null {
  return REQUEST_STATES.find((state) => state === value) ?? null;
}

/** A custom field as its requester reads it. */
export function labelOf({ customer_label, label }: TicketField): string {
  return customer_label || label;
}

/** The fields that a requester sets in a new request to a team; null: to a default team that they do not see. */
export function fieldsForRequest(fields: readonly TicketField[], teamId: string | null): TicketField[] {
  return fields.filter(({ audience, retired_at, teamIds }) =>
    audience === "customer_editable" && !retired_at &&
    (teamIds === null || (teamId !== null && teamIds.includes(teamId)))
  );
}

/** The fields that no request is opened without, and that have no value. */
export function missingFields(fields: readonly TicketField[], values: Record<string, unknown>): TicketField[] {
  return fields.filter(({ key, required_for }) =>
    required_for === "create" && (values[key] === undefined || values[key] === null)
  );
}
