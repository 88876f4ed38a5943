import type { ChannelValues, FurtherAddress, MailBlock, MailChannel, MailHealth } from "../lib/mail.ts";
import { call, client } from "./supabase.ts";

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

/** When each channel last received a mail, what waits, and to how many addresses nothing is sent. */
export async function readMailHealth(): Promise<MailHealth> {
  return await call(client().rpc("email_health")) as unknown as MailHealth;
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
