import { HelpdeskError } from "../lib/errors.ts";
import { type InboundMail, ticketIdsOf, type TicketMail } from "../lib/inboundMail.ts";
import type { MailHtml } from "../lib/mailHtml.ts";
import type { Ticket } from "../lib/models.ts";
import { call, client, connection, credentials } from "./supabase.ts";
import { listTicketsById } from "./tickets.ts";

export const QUARANTINE_PAGE = 20;
/** All but the text, which the message has. */
const WITHOUT_BODY =
  "inbound_id,source,channel_id,team_id,raw_key,size,message_id,from_address,from_name,author_id,recipients,subject," +
  "trimmed_from,has_html,verdict,outcome,reason,ticket_id,post_id,note_id,flags,evidence,sent_at,received_at,decided_at,decided_by";

/** A mail in quarantine with the tickets that it names, as far as the person may see them. */
export type QuarantinedMail = InboundMail & { tickets: Ticket[] };
export type QuarantinePlace = { receivedAt: string; id: string };

/** The mails in quarantine that the person decides on, the oldest first. */
export async function listQuarantined(behind: QuarantinePlace | null): Promise<QuarantinedMail[]> {
  let query = client().from("inbound_emails").select().eq("outcome", "quarantined");
  if (behind) {
    const { receivedAt, id } = behind;
    query = query.or(`received_at.gt."${receivedAt}",and(received_at.eq."${receivedAt}",inbound_id.gt.${id})`);
  }
  const mails = await call(query.order("received_at").order("inbound_id").limit(QUARANTINE_PAGE)) as InboundMail[];
  const tickets = await listTicketsById(ticketIdsOf(mails));
  return mails.map((mail) => {
    const ids = ticketIdsOf([mail]);
    return { ...mail, tickets: tickets.filter(({ ticket_id }) => ids.includes(ticket_id)) };
  });
}

export function placeBehind(page: readonly QuarantinedMail[]): QuarantinePlace | null {
  const last = page.at(-1);
  return last && page.length === QUARANTINE_PAGE ? { receivedAt: last.received_at, id: last.inbound_id } : null;
}

/** One sentence: what became of a mail, and why. */
export async function explainMail(inboundId: string): Promise<string> {
  return await call(client().rpc("explain_email", { inbound_id: inboundId }));
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

/** The mails of tickets, the oldest first: 500 at most. */
export async function listMailsOf(ticketIds: string[]): Promise<TicketMail[]> {
  const query = client().from("inbound_emails").select(WITHOUT_BODY).in("ticket_id", ticketIds);
  return await call(query.order("received_at").limit(500)) as unknown as TicketMail[];
}

/** The HTML of a mail; with pictures from the sender's servers only on request. */
export async function readMailHtml(inboundId: string, withImages: boolean): Promise<MailHtml> {
  const given = new URLSearchParams({ email: inboundId, images: withImages ? "1" : "0" });
  const address = `${connection().url}/functions/v1/email-in/html?${given}`;
  const response = await fetch(address, { headers: await credentials() }).catch((thrown) => {
    throw new HelpdeskError({ message: String(thrown) });
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new HelpdeskError({ message: "", ...body, status: response.status });
  return body as MailHtml;
}
