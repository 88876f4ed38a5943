import type { Texts } from "./messages/en.ts";
import type { AdminTexts } from "./messages/en.admin.ts";
import type { GuestTexts } from "./messages/en.guest.ts";
import type { MailTexts } from "./messages/en.mail.ts";
import type { PortalTexts } from "./messages/en.portal.ts";
import type { SettingsTexts } from "./messages/en.settings.ts";
import type { StaffTexts } from "./messages/en.staff.ts";
import type { WorkTexts } from "./messages/en.work.ts";

declare module "use-intl" {
  interface AppConfig {
    Messages:
      & Texts
      & GuestTexts
      & SettingsTexts
      & PortalTexts
      & StaffTexts
      & WorkTexts
      & AdminTexts
      & MailTexts;
  }
}
