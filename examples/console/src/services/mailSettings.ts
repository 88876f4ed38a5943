import type { Database } from "../lib/database.types.ts";
import type { AutomaticMail, MailSettings } from "../lib/mailSettings.ts";
import { call, client } from "./supabase.ts";

type Update = Database["helpdesk"]["Tables"]["settings"]["Update"];

export async function readMailSettings(): Promise<MailSettings> {
  return await call(client().from("settings").select().single()) as unknown as MailSettings;
}

export async function changeMailSettings(changes: Partial<MailSettings>): Promise<void> {
  // One row, or none for somebody who is no admin: that is an error here.
  await call(client().from("settings").update(changes as Update).eq("singleton", true).select("singleton").single());
}

/** The newest 100 mails that the helpdesk has considered to write by itself; of 30 days. */
export async function listAutomaticMails(isSkipped: boolean): Promise<AutomaticMail[]> {
  let query = client().from("automatic_emails").select("*, ticket:tickets(number)");
  if (isSkipped) query = query.eq("state", "skipped");
  const newest = { ascending: false };
  const rows = await call(query.order("created_at", newest).order("automatic_id", newest).limit(100));
  return rows as unknown as AutomaticMail[];
}
