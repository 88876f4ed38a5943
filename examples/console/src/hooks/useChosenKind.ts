import { useState } from "react";
import type { DraftKind } from "../lib/drafts.ts";

/** The tab that the person has chosen, also after a reload; else the one with a draft; else none. */
export function useChosenKind(ticketId: string, drafts: Record<DraftKind, boolean>) {
  const storage = `helpdesk.composer.${ticketId}`;
  const [chosen, setChosen] = useState<DraftKind | null>(() => {
    try {
      const kept = sessionStorage.getItem(storage);
      return kept === "reply" || kept === "note" ? kept : null;
    } catch {
      return null;
    }
  });
  const choose = (kind: DraftKind) => {
    setChosen(kind);
    try {
      sessionStorage.setItem(storage, kind);
    } catch { /* as long as the page */ }
  };
  const only = drafts.reply && !drafts.note ? "reply" : drafts.note && !drafts.reply ? "note" : null;
  // A draft opens its tab once; typing in it later chooses nothing.
  if (chosen === null && only !== null) setChosen(only);
  return [chosen, choose] as const;
}
