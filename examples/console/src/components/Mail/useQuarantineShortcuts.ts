import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import type { Decision } from "../../lib/quarantine.ts";

type Given = {
  hasCurrent: boolean;
  hasMails: boolean;
  /** Whether mails are selected, and no window asks about them. */
  mayDecide: boolean;
  move(by: number): void;
  toggle(): void;
  selectAll(): void;
  clear(): void;
  decide(decision: Decision): void;
};

/** The keys of the quarantine. */
export function useQuarantineShortcuts({ hasCurrent, hasMails, mayDecide, move, decide, ...does }: Given): void {
  const t = useTranslations("mail");
  const group = t("quarantine");
  const when = mayDecide;
  useShortcuts([
    { id: "quarantine.next", keys: "j", label: t("nextMail"), group, run: () => move(1) },
    { id: "quarantine.previous", keys: "k", label: t("previousMail"), group, run: () => move(-1) },
    { id: "quarantine.select", keys: "x", label: t("many.toggle"), group, when: hasCurrent, run: does.toggle },
    { id: "quarantine.all", keys: "Shift+A", label: t("many.selectAll"), group, when: hasMails, run: does.selectAll },
    { id: "quarantine.accept", keys: "a", label: t("many.accept"), group, when, run: () => decide("accept") },
    { id: "quarantine.ticket", keys: "t", label: t("many.ticket"), group, when, run: () => decide("ticket") },
    { id: "quarantine.spam", keys: "s", label: t("many.spam"), group, when, run: () => decide("spam") },
    { id: "quarantine.clear", keys: "Escape", label: t("many.clear"), group, when, run: does.clear },
  ]);
}
