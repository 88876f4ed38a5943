import type { Citation, Proposal, Status, WaitingProposal } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/** What the assistant has proposed for a ticket, the newest first. */
export async function listProposals(ticketId: string): Promise<Proposal[]> {
  const query = client().from("proposals").select().eq("ticket_id", ticketId);
  return await call(query.order("created_at", { ascending: false }).limit(30)) as Proposal[];
}

const WAITING = "*, ticket:tickets(ticket_id, number, title, status, last_message_id)";
/** Each shows its text and its quotes: a page is short. */
const PAGE = 20;
type Place = { created_at: string; proposal_id: string };

/** The proposals that wait for a decision, the oldest first, behind the last one of the page before. */
export async function listWaiting(after: Place | null): Promise<WaitingProposal[]> {
  let query = client().from("proposals").select(WAITING).eq("state", "open")
    .gt("expires_at", new Date().toISOString());
  if (after) {
    const { created_at: at, proposal_id: id } = after;
    query = query.gte("created_at", at).or(`created_at.gt.${at},proposal_id.gt.${id}`);
  }
  return await call(query.order("created_at").order("proposal_id").limit(PAGE)) as unknown as WaitingProposal[];
}

/** The place behind a full page; null at the end. */
export function placeBehind(page: WaitingProposal[]): Place | null {
  const last = page.at(-1);
  return page.length === PAGE && last ? { created_at: last.created_at, proposal_id: last.proposal_id } : null;
}

const CITED = "*, chunk:article_chunks(article_id, version_id, title, heading_path, body, " +
  "version:article_versions(version, published_at, slug))";

/** The sentences of articles that a proposal quotes, in the order of its text. */
export async function listCitations(proposalId: string): Promise<Citation[]> {
  const query = client().from("citations").select(CITED).eq("proposal_id", proposalId).order("ordinal");
  return await call(query) as unknown as Citation[];
}

/** Note that a person has the proposal on the screen: reports count the time to the decision. */
export async function showProposal(id: string): Promise<Proposal> {
  return await call(client().rpc("show_proposal", { proposal_id: id })) as Proposal;
}

export type Acceptance = { id: string; body?: string; status?: Status; isConfirmed?: boolean };

/** Do what the proposal proposes, under the person's rights. Repeated unchanged, it happens once. */
export async function acceptProposal({ id, body, status, isConfirmed }: Acceptance): Promise<Proposal> {
  const given = { proposal_id: id, body, status, confirm: isConfirmed };
  return await call(client().rpc("accept_proposal", given)) as Proposal;
}

/** A reason of the list, or a text. */
export async function rejectProposal(id: string, reason: string): Promise<Proposal> {
  return await call(client().rpc("reject_proposal", { proposal_id: id, reason })) as Proposal;
}

/** Restore what an accepted proposal of labels, an assignee or fields has changed. */
export async function undoProposal(id: string): Promise<Proposal> {
  return await call(client().rpc("undo_proposal", { proposal_id: id })) as Proposal;
}
