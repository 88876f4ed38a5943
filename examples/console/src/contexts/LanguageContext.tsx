import { type ReactNode, useEffect, useMemo, useState } from "react";
import { IntlProvider, useMessages } from "use-intl";
import { loadTexts, type TextRole, textsOf } from "../lib/texts.ts";
import { usePreferences } from "./PreferencesContext.tsx";

/** Texts in the person's language; each language is a file of its own, loaded when it is chosen. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const loaded = useTexts();
  if (!loaded) return null;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <IntlProvider locale={loaded.language} messages={loaded.content} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}

/** Around the screens of a role: their texts too. */
export function TextsOf({ role, children }: { role: TextRole; children: ReactNode }) {
  const loaded = useTexts(role);
  const texts = useMessages();
  const content = loaded?.content;
  const both = useMemo(() => ({ ...texts, ...content }), [texts, content]);
  if (!loaded) return null;
  return <IntlProvider locale={loaded.language} messages={both}>{children}</IntlProvider>;
}

/** The texts for everybody, or for a role; those of the language before until they are here. */
function useTexts(role?: TextRole) {
  const { language } = usePreferences();
  const [loaded, setLoaded] = useState(() => {
    const content = textsOf(language, role);
    return content ? { language, content } : null;
  });
  useEffect(() => {
    let isCurrent = true;
    loadTexts(language, role).then((content) => {
      if (!isCurrent || !content) return;
      setLoaded((before) => before?.content === content ? before : { language, content });
    });
    return () => {
      isCurrent = false;
    };
  }, [language, role]);
  return loaded;
}
