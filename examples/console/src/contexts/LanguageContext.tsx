import { type ReactNode, useEffect, useState } from "react";
import { IntlProvider, useMessages } from "use-intl";
import type { Texts } from "../messages/en.ts";
import type { AdminTexts } from "../messages/en.admin.ts";
import type { GuestTexts } from "../messages/en.guest.ts";
import type { StaffTexts } from "../messages/en.staff.ts";
import { usePreferences } from "./PreferencesContext.tsx";

const everybody = import.meta.glob<{ default: Texts }>(["../messages/*.ts", "!../messages/*.*.ts"]);
type RoleTexts = GuestTexts | StaffTexts | AdminTexts;
const ofRoles = import.meta.glob<{ default: RoleTexts }>("../messages/*.*.ts");

/** Texts in the person's language; each language is a file of its own, loaded when it is chosen. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const { language } = usePreferences();
  const loaded = useLanguage(everybody[`../messages/${language}.ts`], language);
  if (!loaded) return null;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <IntlProvider locale={loaded.language} messages={loaded.content} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}

/** Around the screens of a role: their texts too. */
export function TextsOf({ role, children }: { role: "guest" | "staff" | "admin"; children: ReactNode }) {
  const { language } = usePreferences();
  const loaded = useLanguage(ofRoles[`../messages/${language}.${role}.ts`], language);
  const texts = useMessages();
  if (!loaded) return null;
  return <IntlProvider locale={loaded.language} messages={{ ...texts, ...loaded.content }}>{children}</IntlProvider>;
}

/** The file's content; that of the language before until it is here. */
function useLanguage<Content>(load: (() => Promise<{ default: Content }>) | undefined, language: string) {
  const [loaded, setLoaded] = useState<{ language: string; content: Content } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    load?.().then(({ default: content }) => {
      if (isCurrent) setLoaded({ language, content });
    });
    return () => {
      isCurrent = false;
    };
  }, [load, language]);
  return loaded;
}
