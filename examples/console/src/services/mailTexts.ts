import type {
  MailNotifications,
  MailPreview,
  MailTemplate,
  NotificationChanges,
  TemplateText,
} from "../lib/mailTexts.ts";
import { call, client } from "./supabase.ts";

/** Which notifications the person receives by mail. */
export async function readNotifications(): Promise<MailNotifications> {
  return await call(client().rpc("notification_preferences")) as unknown as MailNotifications;
}

export async function changeNotifications(changes: NotificationChanges): Promise<MailNotifications> {
  return await call(client().rpc("set_notification_preferences", { changes })) as unknown as MailNotifications;
}

/** The templates of mails that the helpdesk writes by itself, also those that are built in. */
export async function listTemplates(): Promise<MailTemplate[]> {
  return await call(client().rpc("email_templates")) as unknown as MailTemplate[];
}

type Which = Pick<MailTemplate, "kind" | "locale">;

export async function saveTemplate({ html, ...given }: Which & TemplateText): Promise<void> {
  await call(client().rpc("set_email_template", { ...given, html: html ?? undefined }));
}

/** Back to what is built in. */
export async function resetTemplate({ kind, locale }: Which): Promise<void> {
  await call(client().rpc("reset_email_template", { kind, locale }));
}

/** A draft as its recipient would receive it, about a made-up ticket. Nothing is sent. */
export async function previewTemplate({ html, ...given }: Which & TemplateText): Promise<MailPreview> {
  const made = await call(client().rpc("preview_email_template", { ...given, html: html ?? undefined }));
  return made as unknown as MailPreview;
}
