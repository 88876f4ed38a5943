import type { OutboundMail, Suppression } from "../lib/outboundMail.ts";
import { call, client } from "./supabase.ts";

/** The mails that were made of replies on tickets, the newest 500. */
export async function listSent(ticketIds: string[]): Promise<OutboundMail[]> {
  const query = client().from("outbound_emails").select().in("ticket_id", ticketIds).eq("kind", "reply");
  return await call(query.order("created_at", { ascending: false }).limit(500)) as OutboundMail[];
}

/** Which of these addresses receive nothing. */
export async function listSuppressed(addresses: string[]): Promise<Suppression[]> {
  return await call(client().from("email_suppressions").select().in("address", addresses)) as Suppression[];
}

/** All addresses that receive nothing, the newest first. */
export async function listSuppressions(): Promise<Suppression[]> {
  const query = client().from("email_suppressions").select().order("created_at", { ascending: false });
  return await call(query.limit(1000)) as Suppression[];
}

export async function suppress(given: { address: string; detail: string }): Promise<void> {
  await call(client().from("email_suppressions").insert(given).select("address"));
}

/** Mails go to the address again. */
export async function liftSuppression(address: string): Promise<void> {
  await call(client().from("email_suppressions").delete().eq("address", address).select("address"));
}
