/** Mail that arrived, its channels, and who takes part: the rows, and what pages compute from them. */
import type { Database } from "./database.types.ts";

type Tables = Database["helpdesk"]["Tables"];

export const MAIL_PROVIDERS = [
  "raw",
  "imap",
  "postmark",
  "sendgrid",
  "mailgun",
  "resend",
  "ses",
  "cloudflare",
] as const;
export type MailProvider = typeof MAIL_PROVIDERS[number];
export type MailChannel = Omit<Tables["email_channels"]["Row"], "provider"> & { provider: MailProvider };
/** What an admin sets of a channel. */
export type ChannelValues = Omit<MailChannel, "channel_id" | "created_at" | "updated_at">;
export type MailBlock = Tables["email_blocks"]["Row"];
/** A further address of a person. */
export type FurtherAddress = Tables["user_emails"]["Row"] & { user: { name: string; email: string | null } | null };

/** What an admin sees of a channel besides its settings; null: no mail in the last 30 days. */
export type ChannelHealth = { lastMail: string | null; waiting: number; quarantined: number; failed: number };
/** A mail that waits for its parsing or for a person, or that could not be taken. */
export type WaitingMail = { channel_id: string | null; outcome: string | null };

/** Numbers by channel; null stands for mails of no channel, which a mail has until it is parsed. */
export function countWaiting(mails: readonly WaitingMail[]): Map<string | null, Omit<ChannelHealth, "lastMail">> {
  const found = new Map<string | null, Omit<ChannelHealth, "lastMail">>();
  for (const { channel_id, outcome } of mails) {
    const counts = found.get(channel_id) ?? { waiting: 0, quarantined: 0, failed: 0 };
    counts[outcome === null ? "waiting" : outcome === "failed" ? "failed" : "quarantined"]++;
    found.set(channel_id, counts);
  }
  return found;
}

/** Entries of a text with commas, blanks and lines, in lower case and each once. */
export function splitList(text: string): string[] {
  return [...new Set(text.toLowerCase().split(/[\s,;]+/u).filter((entry) => entry !== ""))];
}
