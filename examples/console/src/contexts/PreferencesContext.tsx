import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { applyPreferences, type Preferences, readPreferences, storePreferences } from "../lib/preferences.ts";

type Value = Preferences & { set<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void };

const Context = createContext<Value | null>(null);

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [preferences, setPreferences] = useState(readPreferences);
  const set: Value["set"] = useCallback((name, value) => {
    setPreferences((before) => {
      const after = { ...before, [name]: value };
      storePreferences(after);
      return after;
    });
  }, []);
  useEffect(() => {
    applyPreferences(preferences);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const onChange = () => applyPreferences(preferences);
    system.addEventListener("change", onChange);
    return () => system.removeEventListener("change", onChange);
  }, [preferences]);
  const value = useMemo(() => ({ ...preferences, set }), [preferences, set]);
  return <Context value={value}>{children}</Context>;
}

/** What the person chose on this device, and `set` to change it. */
export function usePreferences(): Value {
  const value = useContext(Context);
  if (!value) throw new Error("usePreferences() needs a PreferencesProvider");
  return value;
}
