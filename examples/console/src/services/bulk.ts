import { HelpdeskError } from "../lib/errors.ts";
import type { TicketChanges } from "./tickets.ts";
import { call, client } from "./supabase.ts";

/** One change of one ticket. */
export type BulkItem =
  & { ticket_id: string }
  & (
    | { action: "update"; changes: TicketChanges; revision?: number }
    | { action: "reply"; body: string; message_id: string; status?: string }
    | { action: "tag" | "untag"; tags: string[] }
    | { action: "assign"; assignee_id: string | null }
    | { action: "transfer"; team_id: string }
  );
/** What became of an item: `problem` is null when it was done. */
export type BulkResult = { item: BulkItem; problem: HelpdeskError | null };

const MOST = 500;

/** Many changes, each for itself: one that is refused does not hold up the others. */
export async function changeTickets(items: BulkItem[]): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (let start = 0; start < items.length; start += MOST) {
    const part = items.slice(start, start + MOST);
    try {
      const answers = await call(client().rpc("bulk_tickets", { items: part as never })) as unknown as Answer[];
      results.push(...part.map((item, index) => ({ item, problem: problemOf(answers[index]) })));
    } catch (thrown) {
      // What was done before stays done.
      if (!(thrown instanceof HelpdeskError) || start === 0) throw thrown;
      results.push(...part.map((item) => ({ item, problem: thrown })));
    }
  }
  return results;
}

/** What the database says of one of several. */
export type Answer = { ok: boolean; error?: { code: string; message: string; details?: string; hint?: string } };

export function problemOf(answer: Answer | undefined): HelpdeskError | null {
  return answer?.error ? new HelpdeskError({ ...answer.error, status: 400 }) : null;
}
