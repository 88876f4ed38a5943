import { type InboundMail, ticketIdsOf } from "../lib/inboundMail.ts";
import type { Ticket } from "../lib/models.ts";
import {
  conditionsOf,
  type Decided,
  type Decision,
  type QuarantineFilter,
  type WaitingMail,
} from "../lib/quarantine.ts";
import { type Answer, problemOf } from "./bulk.ts";
import { call, client } from "./supabase.ts";
import { listTicketsById } from "./tickets.ts";

const PAGE = 20, LIGHT_PAGE = 1000;
/** The most that decide_quarantined() takes. */
const MOST = 200;
const LIGHT = "inbound_id,from_address,subject,ticket_id,received_at";

/** A mail in quarantine with the tickets that it names, as far as the person may see them. */
export type QuarantinedMail = InboundMail & { tickets: Ticket[] };
export type QuarantinePlace = { receivedAt: string; id: string };
type Placed = Pick<InboundMail, "inbound_id" | "received_at">;

/** The mails in quarantine that the person decides on, the oldest first. */
export async function listQuarantined(
  filter: QuarantineFilter,
  behind: QuarantinePlace | null,
): Promise<QuarantinedMail[]> {
  const mails = await read<InboundMail>("*", filter, behind, PAGE);
  const tickets = await listTicketsById(ticketIdsOf(mails));
  return mails.map((mail) => {
    const ids = ticketIdsOf([mail]);
    return { ...mail, tickets: tickets.filter(({ ticket_id }) => ids.includes(ticket_id)) };
  });
}

/** All mails in quarantine that match, without their texts. */
export async function listMatching(filter: QuarantineFilter): Promise<WaitingMail[]> {
  const found: (WaitingMail & Placed)[] = [];
  for (let behind: QuarantinePlace | null = null;;) {
    const page: (WaitingMail & Placed)[] = await read(LIGHT, filter, behind, LIGHT_PAGE);
    found.push(...page);
    behind = placeBehind(page, LIGHT_PAGE);
    if (!behind) return found;
  }
}

/** How many mails wait, counted to 100. */
export async function countQuarantined(): Promise<number> {
  return (await read("inbound_id", {}, null, 100)).length;
}

async function read<Row>(
  columns: string,
  filter: QuarantineFilter,
  behind: QuarantinePlace | null,
  limit: number,
): Promise<Row[]> {
  let query = client().from("inbound_emails").select(columns);
  for (const [column, operator, value] of conditionsOf(filter)) query = query.filter(column, operator, value);
  if (behind) {
    const { receivedAt, id } = behind;
    query = query.or(`received_at.gt."${receivedAt}",and(received_at.eq."${receivedAt}",inbound_id.gt.${id})`);
  }
  return await call(query.order("received_at").order("inbound_id").limit(limit)) as unknown as Row[];
}

export function placeBehind(page: readonly Placed[], size = PAGE): QuarantinePlace | null {
  const last = page.at(-1);
  return last && page.length === size ? { receivedAt: last.received_at, id: last.inbound_id } : null;
}

/** Add a mail in quarantine to the ticket that it names. */
export async function acceptMail(inboundId: string): Promise<void> {
  await call(client().rpc("accept_quarantined", { inbound_id: inboundId }));
}

/** Open a ticket from a mail in quarantine; the id of the ticket. */
export async function mailToTicket(inboundId: string, requesterId?: string): Promise<string> {
  const mail = await call(
    client().rpc("quarantine_to_ticket", { inbound_id: inboundId, requester_id: requesterId }),
  ) as InboundMail;
  return mail.ticket_id!;
}

export async function markSpam(inboundId: string): Promise<void> {
  await call(client().rpc("mark_spam", { inbound_id: inboundId }));
}

/** One decision on many mails, each for itself. `onDone` has what became of some of them, and says whether to go on. */
export async function decideMany(
  mails: readonly WaitingMail[],
  decision: Decision,
  onDone: (some: Decided[]) => boolean,
): Promise<void> {
  for (let start = 0; start < mails.length; start += MOST) {
    const part = mails.slice(start, start + MOST);
    const inbound_ids = part.map(({ inbound_id }) => inbound_id);
    const answers = await call(client().rpc("decide_quarantined", { inbound_ids, decision })) as unknown as Answer[];
    if (!onDone(part.map((mail, index) => ({ mail, problem: problemOf(answers[index]) })))) return;
  }
}
