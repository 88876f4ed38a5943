import { HelpdeskError } from "../lib/errors.ts";
import type { TicketMail } from "../lib/inboundMail.ts";
import type { MailHtml } from "../lib/mailHtml.ts";
import { call, client, connection, credentials } from "./supabase.ts";

/** All but the text, which the message has. */
const WITHOUT_BODY =
  "inbound_id,source,channel_id,team_id,raw_key,size,message_id,from_address,from_name,author_id,recipients,subject," +
  "trimmed_from,has_html,verdict,outcome,reason,ticket_id,post_id,note_id,flags,evidence,sent_at,received_at,decided_at,decided_by," +
  "redacted_at";

/** One sentence: what became of a mail, and why. */
export async function explainMail(inboundId: string): Promise<string> {
  return await call(client().rpc("explain_email", { inbound_id: inboundId }));
}

/** Remove the text of a mail for good, and of the note or the description that it became. */
export async function redactMail(inboundId: string): Promise<void> {
  await call(client().rpc("redact_email", { inbound_id: inboundId }));
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
