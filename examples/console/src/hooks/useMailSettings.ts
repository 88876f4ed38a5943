import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import * as settings from "../services/mailSettings.ts";
import { useAction } from "./useAction.ts";

/** What is set about mail that the helpdesk writes by itself. */
export function useMailSettings() {
  return useQuery({ queryKey: [...keys.settings(), "mail"], queryFn: settings.readMailSettings });
}

/** Admins change it. */
export function useMailSettingsChange() {
  return useAction(settings.changeMailSettings, [keys.settings()]);
}

/** What the helpdesk has considered to write by itself, the newest first. */
export function useAutomaticMails(isSkipped: boolean) {
  return useQuery({
    queryKey: keys.mail("automatic", String(isSkipped)),
    queryFn: () => settings.listAutomaticMails(isSkipped),
    staleTime: 0,
  });
}
