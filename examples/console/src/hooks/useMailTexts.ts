import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import * as mail from "../services/mailTexts.ts";
import { useAction } from "./useAction.ts";

/** Which notifications the person receives by mail; people of staff only. */
export function useMailNotifications() {
  return useQuery({ queryKey: keys.mail("notifications"), queryFn: mail.readNotifications, staleTime: 0 });
}

export function useNotificationChange() {
  return useAction(mail.changeNotifications, [keys.mail("notifications")]);
}

/** The templates of mails that the helpdesk writes by itself. */
export function useMailTemplates() {
  return useQuery({ queryKey: keys.mail("templates"), queryFn: mail.listTemplates });
}

/** What an admin does to them. */
export function useTemplateActions() {
  const changes = [keys.mail("templates")];
  return {
    save: useAction(mail.saveTemplate, changes),
    reset: useAction(mail.resetTemplate, changes),
    preview: useAction(mail.previewTemplate),
  };
}
