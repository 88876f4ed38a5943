import type { Citation, Proposal, ProposalKind, Run, Ticket } from "./models.ts";

/** Why there is no draft of a model: what the box shows. */
export type RunProblem = "off" | "no_model" | "nothing_found" | "moved" | "refused" | "failed" | null;

const PROBLEMS: Record<string, RunProblem> = {
  assistant_off: "off",
  no_model: "no_model",
  nothing_found: "nothing_found",
  conversation_moved: "moved",
  ticket_merged: "moved",
  article_withdrawn: "moved",
  budget_exhausted: "refused",
  too_many_calls: "refused",
  answer_refused: "refused",
  model_quota_exhausted: "refused",
  model_rate_limited: "refused",
};

/** What became of a run, for the person who asked. A reason that is not known is a failure. */
export function problemOf({ reason, state }: Pick<Run, "reason" | "state">): RunProblem {
  if (reason === null) return state === "failed" ? "failed" : null;
  return PROBLEMS[reason] ?? "failed";
}

/** What speaks about the conversation is out of date when it goes on; labels and an article are not. */
const OF_CONVERSATION: ProposalKind[] = ["reply", "note", "summary", "next_steps", "escalation"];

/** Whether a proposal can no longer be accepted: somebody has written, it is too old, or a newer one took its place. */
export function isStale(
  proposal: Pick<Proposal, "kind" | "state" | "expires_at" | "last_message_id">,
  ticket: Pick<Ticket, "last_message_id">,
  now = Date.now(),
): boolean {
  if (proposal.state === "expired" || proposal.state === "superseded") return true;
  if (proposal.state !== "open") return false;
  const hasMoved = OF_CONVERSATION.includes(proposal.kind) && proposal.last_message_id !== ticket.last_message_id;
  return hasMoved || new Date(proposal.expires_at).getTime() <= now;
}

/**
 * The draft that a ticket's page shows: the newest proposal with a text, until it is decided. An old one is shown as long
 * as the customer waits; behind the answer of a person it is over.
 */
export function draftOf(
  proposals: Proposal[],
  ticket: Pick<Ticket, "status" | "last_message_id">,
): { draft: Proposal | null; stale: boolean } {
  const newest = proposals.find((proposal) => textOf(proposal) !== null);
  if (!newest || ["accepted", "edited", "rejected", "undone"].includes(newest.state)) {
    return { draft: null, stale: false };
  }
  const stale = isStale(newest, ticket);
  return stale && ticket.status !== "open" ? { draft: null, stale: false } : { draft: newest, stale };
}

/** The messages and notes that began as a draft of the assistant, by id, and whether somebody edited it. */
export function draftedTexts(proposals: readonly Pick<Proposal, "state" | "final">[]): Map<string, "whole" | "edited"> {
  const drafted = new Map<string, "whole" | "edited">();
  for (const { state, final } of proposals) {
    const id = final?.message_id ?? final?.note_id;
    if (typeof id === "string") drafted.set(id, state === "edited" ? "edited" : "whole");
  }
  return drafted;
}

/** What a person reads and may edit; null for a proposal that changes the ticket. */
export function textOf({ kind, payload }: Pick<Proposal, "kind" | "payload">): string | null {
  if (kind === "summary" && Array.isArray(payload.statements)) {
    return payload.statements.map((one: { text: string }) => `- ${one.text}`).join("\n");
  }
  if (kind === "next_steps" && Array.isArray(payload.steps)) {
    return payload.steps.map((step: string, index: number) => `${index + 1}. ${step}`).join("\n");
  }
  const text = kind === "escalation" ? payload.reason : payload.body;
  return typeof text === "string" ? text : null;
}

/** A paragraph of a draft with the quotes that support it. */
export type Paragraph = { text: string; citations: Citation[] };

/** The paragraphs of a draft. A quote that names no paragraph supports the whole draft: it stands at the last one. */
export function paragraphsOf(text: string, citations: Citation[]): Paragraph[] {
  const texts = text.split(/\n{2,}/).filter((part) => part.trim() !== "");
  return texts.map((part, index) => {
    const isLast = index === texts.length - 1;
    const mine = citations.filter(({ paragraph }) =>
      paragraph === index + 1 || (isLast && (paragraph === null || paragraph > texts.length))
    );
    return { text: part, citations: mine };
  });
}

/** A passage cut into what stands before the quote, the quote, and what stands behind it. */
export function markQuote(
  passage: string,
  { start_at: start, end_at: end }: { start_at: number; end_at: number },
): [string, string, string] {
  // The database counts code points, JavaScript halves of them.
  const points = [...passage];
  return [points.slice(0, start).join(""), points.slice(start, end).join(""), points.slice(end).join("")];
}

/** What a proposal would change, one part after the other: a chip has a word for each. */
export type Change = { name: "team" | "priority" | "tag" | "spam" | "assignee" | "field" | "merge"; value: string };

/** The changes of a proposal that is no text. Ids are shown by `nameOf`. */
export function changesOf(
  { kind, payload }: Pick<Proposal, "kind" | "payload">,
  nameOf: (id: string) => string,
): Change[] {
  const changes: Change[] = [];
  if (kind === "classification") {
    const { team_id: team, priority, add_tags: tags, spam } = payload;
    if (typeof team === "string") changes.push({ name: "team", value: nameOf(team) });
    if (typeof priority === "string") changes.push({ name: "priority", value: priority });
    if (Array.isArray(tags)) { for (const tag of tags) changes.push({ name: "tag", value: String(tag) }); }
    if (spam === true) changes.push({ name: "spam", value: "" });
  }
  if (kind === "assignment") changes.push({ name: "assignee", value: nameOf(String(payload.assigned_to)) });
  if (kind === "merge") changes.push({ name: "merge", value: nameOf(String(payload.into)) });
  if (kind === "fields") {
    const fields = Object.entries(payload.custom_fields as Record<string, unknown> ?? {});
    for (const [key, value] of fields) changes.push({ name: "field", value: `${key}: ${showValue(value)}` });
  }
  return changes;
}

function showValue(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : value === null ? "–" : String(value);
}

/** Whether people can take the acceptance back. */
export function isUndoable({ kind, state }: Pick<Proposal, "kind" | "state">): boolean {
  return state === "accepted" && ["classification", "assignment", "fields"].includes(kind);
}

/** How sure the assistant is, as a word: a percentage says more than is known. */
export function sureness(confidence: number): "high" | "medium" | "low" {
  return confidence >= 0.9 ? "high" : confidence >= 0.7 ? "medium" : "low";
}
