/** Mails that the helpdesk writes by itself: their kinds, their templates, and who receives which. */

export const NOTIFICATION_KINDS = [
  "assigned",
  "customer_replied",
  "team_customer_replied",
  "mentioned",
  "bounced",
] as const;
export type NotificationKind = typeof NOTIFICATION_KINDS[number];
/** Which notifications a person of staff receives by mail, and in which language. */
export type MailNotifications = Record<NotificationKind, boolean> & { locale: string; chosen: string[] };
/** null goes back to the settings of the helpdesk. */
export type NotificationChanges = Partial<Record<NotificationKind, boolean | null> & { locale: string | null }>;

export const TEMPLATE_KINDS = [
  "acknowledgement",
  "assigned",
  "customer_replied",
  "mentioned",
  "bounced",
  "reply_line",
] as const;
export type TemplateKind = typeof TEMPLATE_KINDS[number];
export type MailTemplate = {
  kind: TemplateKind;
  locale: string;
  subject: string;
  text: string;
  /** null: made from the text. */
  html: string | null;
  /** False: it is the one that is built in. */
  is_custom: boolean;
  updated_at: string | null;
};
/** What an admin writes. */
export type TemplateText = Pick<MailTemplate, "subject" | "text" | "html">;
/** A mail as its recipient would see it. */
export type MailPreview = { subject: string; text: string; html: string };

/** What a template may name: `{{ticket.number}}`. Others are refused. */
export const PLACEHOLDERS = [
  "ticket.number",
  "ticket.subject",
  "ticket.url",
  "team.name",
  "requester.name",
  "recipient.name",
  "actor.name",
  "message.author",
  "message.text",
  "problem",
] as const;
export type Placeholder = typeof PLACEHOLDERS[number];

/** The template of a kind in a language; undefined when nobody has written one. */
export function findTemplate(templates: readonly MailTemplate[], kind: TemplateKind, locale: string) {
  return templates.find((one) => one.kind === kind && one.locale === locale);
}

/** The languages of which there are templates, and those that can be added. */
export function localesOf(templates: readonly MailTemplate[], offered: readonly string[]): string[] {
  return [...new Set([...templates.map(({ locale }) => locale), ...offered])].sort();
}
