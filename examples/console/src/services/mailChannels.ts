import {
  type ChannelValues,
  type FurtherAddress,
  type MailBlock,
  type MailChannel,
  type WaitingMail,
} from "../lib/mail.ts";
import { call, client } from "./supabase.ts";

/** How far back the last mail of a channel is looked for. */
const DAYS = 30;

/** The addresses at which the helpdesk receives mail, by address. */
export async function listChannels(): Promise<MailChannel[]> {
  return await call(client().from("email_channels").select().order("address").limit(500)) as MailChannel[];
}

export async function addChannel(given: ChannelValues): Promise<void> {
  await call(client().from("email_channels").insert(given).select("channel_id"));
}

export async function changeChannel(id: string, changes: Partial<ChannelValues>): Promise<void> {
  await call(client().from("email_channels").update(changes).eq("channel_id", id).select("channel_id"));
}

export async function removeChannel(id: string): Promise<void> {
  await call(client().from("email_channels").delete().eq("channel_id", id).select("channel_id"));
}

/** When a channel last received a mail; null for none within a month. */
export async function lastMailOf(channelId: string): Promise<string | null> {
  const since = new Date(Date.now() - DAYS * 86_400_000).toISOString();
  const query = client().from("inbound_emails").select("received_at").eq("channel_id", channelId);
  const rows = await call(query.gte("received_at", since).order("received_at", { ascending: false }).limit(1));
  return rows[0]?.received_at ?? null;
}

/** The newest 1,000 mails that wait for their parsing or for a person, or could not be taken. */
export async function listWaitingMails(): Promise<WaitingMail[]> {
  const query = client().from("inbound_emails").select("channel_id,outcome");
  const waiting = query.or("outcome.is.null,outcome.in.(quarantined,failed)");
  return await call(waiting.order("received_at", { ascending: false }).limit(1000));
}

/** Senders whose mail opens no ticket. */
export async function listBlocks(): Promise<MailBlock[]> {
  return await call(client().from("email_blocks").select().order("pattern").limit(1000));
}

export async function addBlock(given: Pick<MailBlock, "pattern" | "note">): Promise<void> {
  await call(client().from("email_blocks").insert(given).select("pattern"));
}

export async function removeBlock(pattern: string): Promise<void> {
  await call(client().from("email_blocks").delete().eq("pattern", pattern).select("pattern"));
}

/** Further addresses of people, by address. */
export async function listAddresses(): Promise<FurtherAddress[]> {
  const query = client().from("user_emails").select("*, user:users!user_emails_user_id_fkey(name, email)");
  return await call(query.order("email").limit(1000)) as FurtherAddress[];
}

export async function addAddress(given: { email: string; user_id: string }): Promise<void> {
  await call(client().from("user_emails").insert(given).select("email"));
}

export async function removeAddress(email: string): Promise<void> {
  await call(client().from("user_emails").delete().eq("email", email).select("email"));
}
