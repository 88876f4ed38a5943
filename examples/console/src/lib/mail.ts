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

/** What email_health() says of an address of the helpdesk. */
export type ChannelHealth = {
  channel_id: string;
  address: string;
  is_active: boolean;
  last_received_at: string | null;
  quarantined: number;
  failed: number;
};
/** What it says of a folder of a mailbox that is read over IMAP. */
export type MailboxHealth = {
  mailbox: string;
  folder: string;
  /** When it was last looked at, and why that failed; null when it did not. */
  checked_at: string | null;
  problem: string | null;
  /** Mails in it that could not be received, and why the last one could not. */
  failed: number;
  last_failure: string | null;
};
/** Numbers of email_health(): mail that waits, and mail that could not be taken. */
export type MailHealth = {
  channels: ChannelHealth[];
  mailboxes: MailboxHealth[];
  unparsed: number;
  oldest_unparsed_at: string | null;
  quarantined: number;
  /** How many of those wait because unknown senders opened too many tickets within an hour. */
  over_limit: number;
  oldest_quarantined_at: string | null;
  failed: number;
  suppressed: number;
};

/** Whether mails of a mailbox do not come in. */
export function isFailing({ problem, failed }: MailboxHealth): boolean {
  return problem !== null || failed > 0;
}

/** Entries of a text with commas, blanks and lines, in lower case and each once. */
export function splitList(text: string): string[] {
  return [...new Set(text.toLowerCase().split(/[\s,;]+/u).filter((entry) => entry !== ""))];
}
