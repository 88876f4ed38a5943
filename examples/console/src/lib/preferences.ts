import type { NoticeKind } from "./notices.ts";

/** What a person chose on this device. `public/theme.js` reads the same before the first paint. */
export type Preferences = {
  theme: "light" | "dark" | "system";
  density: "comfortable" | "compact";
  /** A folder of `src/messages`. */
  language: string;
  /** Whether single letters are shortcuts. */
  singleKeys: boolean;
  /** How long a reply waits before it is sent. */
  undoSeconds: 0 | 5 | 10;
  /** Whether remote images in messages are loaded without a question. */
  loadsImages: boolean;
  /** Whether a hidden page tells of tickets that somebody assigns to the person, and of replies on their tickets. */
  tellsAssigned: boolean;
  tellsReplies: boolean;
};

const KEY = "helpdesk.preferences";
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

export const LANGUAGES: Record<string, string> = { en: "English", de: "Deutsch" };

/** What was chosen, with defaults for the rest. Storage that is forbidden or broken counts as empty. */
export function readPreferences(): Preferences {
  let chosen: Partial<Preferences> = {};
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (stored && typeof stored === "object") chosen = stored;
  } catch { /* as if nothing was chosen */ }
  const wanted = chosen.language ?? navigator.language.split("-")[0] ?? "en";
  return {
    theme: chosen.theme === "light" || chosen.theme === "dark" ? chosen.theme : "system",
    density: chosen.density === "compact" ? "compact" : "comfortable",
    language: wanted in LANGUAGES ? wanted : "en",
    singleKeys: chosen.singleKeys !== false,
    undoSeconds: chosen.undoSeconds === 0 || chosen.undoSeconds === 5 ? chosen.undoSeconds : 10,
    loadsImages: chosen.loadsImages === true,
    tellsAssigned: chosen.tellsAssigned === true,
    tellsReplies: chosen.tellsReplies === true,
  };
}

/** What a hidden page tells. */
export function noticesOf({ tellsAssigned, tellsReplies }: Preferences): ReadonlySet<NoticeKind> {
  return new Set([...tellsAssigned ? ["assigned"] as const : [], ...tellsReplies ? ["reply"] as const : []]);
}

/** Keep the choice; without storage it lasts as long as the page. */
export function storePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch { /* storage is full or forbidden */ }
}

/** Set theme, density, language and direction on the page. */
export function applyPreferences({ theme, density, language }: Preferences): void {
  const root = document.documentElement;
  const isDark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = isDark ? "dark" : "light";
  root.dataset.density = density;
  root.lang = language;
  root.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}
