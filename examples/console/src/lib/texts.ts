import type { AdminTexts } from "../messages/en.admin.ts";
import type { GuestTexts } from "../messages/en.guest.ts";
import type { MailTexts } from "../messages/en.mail.ts";
import type { PortalTexts } from "../messages/en.portal.ts";
import type { Texts } from "../messages/en.ts";
import type { SettingsTexts } from "../messages/en.settings.ts";
import type { StaffTexts } from "../messages/en.staff.ts";
import type { WorkTexts } from "../messages/en.work.ts";
import { readPreferences } from "./preferences.ts";

export type TextRole = "guest" | "settings" | "portal" | "staff" | "work" | "admin" | "mail";
type Content =
  | Texts
  | GuestTexts
  | SettingsTexts
  | PortalTexts
  | StaffTexts
  | WorkTexts
  | AdminTexts
  | MailTexts;

const files = import.meta.glob<{ default: Content }>("../messages/*.ts");
const loaded = new Map<string, Content>();

const nameOf = (language: string, role?: TextRole) => role ? `${language}.${role}` : language;

/** Texts of a language that are here already: those for everybody, or for a role. */
export function textsOf(language: string, role?: TextRole): Content | undefined {
  return loaded.get(nameOf(language, role));
}

/** Fetch texts, once; undefined for a language without them. */
export async function loadTexts(language: string, role?: TextRole): Promise<Content | undefined> {
  const name = nameOf(language, role);
  if (!loaded.has(name)) {
    const file = await files[`../messages/${name}.ts`]?.();
    if (file) loaded.set(name, file.default);
  }
  return loaded.get(name);
}

/** Fetch code, and with it the texts that it shows: one wait instead of two. */
export async function withTexts<Code>(role: TextRole, load: () => Promise<Code>): Promise<Code> {
  const [code] = await Promise.all([load(), loadTexts(readPreferences().language, role).catch(() => undefined)]);
  return code;
}
