/** Mails in quarantine, many at once: which ones, what can be decided on each, and what became of it. */
import type { HelpdeskError } from "./errors.ts";
import type { InboundMail } from "./inboundMail.ts";

/** Why a mail waits. A code that is not here is shown with the mails, and has no filter. */
export const QUARANTINE_REASONS = [
  "sender_refused_by_its_domain",
  "names_mail_of_others",
  "staff_not_verified",
  "author_unknown",
  "our_own_address",
  "inactive_person",
  "assistant_address",
  "sender_per_hour",
  "domain_per_hour",
  "channel_per_hour",
] as const;
export type QuarantineReason = typeof QUARANTINE_REASONS[number];
/** `sender` is an address or a domain, in lower case. */
export type QuarantineFilter = { reason?: QuarantineReason; sender?: string; team?: string };

export const DECISIONS = ["accept", "ticket", "spam"] as const;
export type Decision = typeof DECISIONS[number];
/** What is known of a mail that is decided on together with others. */
export type WaitingMail = Pick<InboundMail, "inbound_id" | "from_address" | "subject" | "ticket_id">;
/** What became of it: `problem` is null when it was decided on. */
export type Decided = { mail: WaitingMail; problem: HelpdeskError | null };

/** The filter that the address of a page names; what it cannot be is left out. */
export function quarantineFilter(search: Record<string, unknown>): QuarantineFilter {
  const filter: QuarantineFilter = {};
  const reason = QUARANTINE_REASONS.find((one) => one === search.reason);
  const sender = typeof search.sender === "string" ? search.sender.trim().toLowerCase().replace(/^@/, "") : "";
  if (reason) filter.reason = reason;
  if (sender !== "") filter.sender = sender;
  if (typeof search.team === "string" && /^[0-9a-f-]{36}$/i.test(search.team)) filter.team = search.team;
  return filter;
}

/** The conditions of a filter, as the Data API takes them. */
export function conditionsOf({ reason, sender, team }: QuarantineFilter): [string, "eq" | "like", string][] {
  const conditions: [string, "eq" | "like", string][] = [["outcome", "eq", "quarantined"]];
  if (reason) conditions.push(["reason", "eq", reason]);
  if (team) conditions.push(["team_id", "eq", team]);
  if (sender?.includes("@")) conditions.push(["from_address", "eq", sender]);
  else if (sender) conditions.push(["from_address", "like", `%@${sender.replace(/[\\%_]/g, "\\$&")}`]);
  return conditions;
}

/** Whether a decision can be made on a mail, as far as it is known before: the database decides. */
export function canDecide(mail: WaitingMail, decision: Decision): boolean {
  if (decision === "accept") return mail.ticket_id !== null;
  return decision === "spam" || mail.from_address !== null;
}

/** The mails that somebody has selected, by their ids. */
export type Selected = ReadonlyMap<string, WaitingMail>;

/** Take a mail into a selection, or out of it. */
export function toggled(selected: Selected, mail: WaitingMail): Selected {
  const next = new Map(selected);
  if (!next.delete(mail.inbound_id)) next.set(mail.inbound_id, mail);
  return next;
}
