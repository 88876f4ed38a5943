/** What admins set about mail that the helpdesk writes by itself, and what became of each such mail. */
import type { Database } from "./database.types.ts";
import type { HelpdeskError } from "./errors.ts";
import type { NotificationKind } from "./mailTexts.ts";

type Tables = Database["helpdesk"]["Tables"];

export const ACKNOWLEDGED = ["none", "email", "all"] as const;
export type Acknowledged = typeof ACKNOWLEDGED[number];

/** The numbers, each a whole one. Their limits are the database's: the texts name them, a test compares. */
export const MAIL_NUMBERS = [
  "email_batch_minutes",
  "email_max_per_minute",
  "email_reopen_days",
  "email_tickets_per_sender",
  "email_tickets_per_known_sender",
  "email_tickets_per_domain",
  "email_tickets_per_channel",
] as const;
export type MailNumber = typeof MAIL_NUMBERS[number];
export const MAIL_SETTINGS = [
  "email_acknowledgements",
  "email_notifications",
  ...MAIL_NUMBERS,
  "email_reply_line",
  "email_locale",
  "console_url",
] as const;
export type MailSetting = typeof MAIL_SETTINGS[number];
/** What is set, as far as the database has it: a setting that it does not have is no field. */
export type MailSettings = Record<MailNumber, number> & {
  email_acknowledgements: Acknowledged;
  email_notifications: NotificationKind[];
  email_reply_line: boolean;
  email_locale: string;
  console_url: string | null;
};

/** The settings as a form shows them: numbers as they are typed. */
export type MailSettingsDraft =
  & Omit<MailSettings, MailNumber | "console_url">
  & Record<MailNumber | "console_url", string>;

export function draftOf(settings: MailSettings): MailSettingsDraft {
  const numbers = Object.fromEntries(MAIL_NUMBERS.map((name) => [name, String(settings[name] ?? 0)]));
  return { ...settings, ...numbers as Record<MailNumber, string>, console_url: settings.console_url ?? "" };
}

/** Whether it is a whole number; whether it is within the limits is the database's to say. */
export function isWholeNumber(text: string): boolean {
  return /^\d{1,9}$/.test(text.trim());
}

/** What a form changes: what was touched, and differs from what is set. */
export function changesOf(settings: MailSettings, touched: Partial<MailSettingsDraft>): Partial<MailSettings> {
  const read = (name: MailSetting): unknown => {
    const value = touched[name];
    if (MAIL_NUMBERS.includes(name as MailNumber)) return Number(value);
    return name === "console_url" ? String(value).trim() || null : value;
  };
  const names = MAIL_SETTINGS.filter((name) => touched[name] !== undefined);
  const values = names.map((name) => [name, read(name)] as const);
  const changed = values.filter(([name, value]) => String(value) !== String(settings[name]));
  return Object.fromEntries(changed) as Partial<MailSettings>;
}

/** The setting that an error of the database is about: its sentence begins with the name. */
export function settingOf(error: HelpdeskError | null): MailSetting | null {
  return MAIL_SETTINGS.find((name) => error?.message.startsWith(`${name} `)) ?? null;
}

/** The sentence of an error, which stands at its field, without the name of the field. */
export function sentenceAt(error: HelpdeskError, name: MailSetting): string {
  const rest = error.message.slice(name.length + 1);
  return [`${rest.charAt(0).toUpperCase()}${rest.slice(1)}.`.replace(/\.\.$/, "."), error.hint].filter(Boolean).join(
    " ",
  );
}

/** The limits that nobody sets: of mails to requesters, and to staff, who have asked for theirs. */
export const FIXED_LIMITS = {
  address_per_hour: [5, 60],
  address_per_day: [20, 500],
  domain_per_hour: [100, null],
  ticket_per_hour: [60, 60],
} as const;

/** A mail that the helpdesk has considered to write by itself. */
export type AutomaticMail = Omit<Tables["automatic_emails"]["Row"], "state" | "kind"> & {
  state: "queued" | "skipped";
  kind: "acknowledgement" | NotificationKind;
  ticket: { number: number } | null;
};
