import { type ReactNode, useEffect, useState } from "react";
import { IntlProvider } from "use-intl";
import type { Messages } from "../messages/en.ts";
import { usePreferences } from "./PreferencesContext.tsx";

const files = import.meta.glob<{ default: Messages }>("../messages/*.ts");

/** Texts in the person's language; each language is a file of its own, loaded when it is chosen. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const { language } = usePreferences();
  const [loaded, setLoaded] = useState<{ language: string; messages: Messages } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    files[`../messages/${language}.ts`]?.().then(({ default: messages }) => {
      if (isCurrent) setLoaded({ language, messages });
    });
    return () => {
      isCurrent = false;
    };
  }, [language]);
  if (!loaded) return null;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <IntlProvider locale={loaded.language} messages={loaded.messages} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}
