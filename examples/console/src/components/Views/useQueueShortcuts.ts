import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";

type Given = {
  hasCurrent: boolean;
  mayTake: boolean;
  hasNewer: boolean;
  move(step: number, selects?: boolean): void;
  open(): void;
  toggle(): void;
  selectAll(): void;
  take(): void;
  search(): void;
  settle(): void;
};

/** The keys of a list. */
export function useQueueShortcuts({ hasCurrent, mayTake, hasNewer, move, ...does }: Given): void {
  const t = useTranslations("queue");
  const group = t("groupList");
  useShortcuts([
    { id: "next row", keys: "j", label: t("next"), group, run: () => move(1) },
    { id: "previous row", keys: "k", label: t("previous"), group, run: () => move(-1) },
    { id: "down", keys: "ArrowDown", label: t("next"), group, run: () => move(1) },
    { id: "up", keys: "ArrowUp", label: t("previous"), group, run: () => move(-1) },
    { id: "open", keys: "Enter", label: t("open"), group, when: hasCurrent, run: does.open },
    { id: "select", keys: "x", label: t("toggle"), group, when: hasCurrent, run: does.toggle },
    { id: "select down", keys: "Shift+J", label: t("selectNext"), group, run: () => move(1, true) },
    { id: "select up", keys: "Shift+K", label: t("selectPrevious"), group, run: () => move(-1, true) },
    { id: "select all", keys: "Shift+A", label: t("selectAll"), group, run: does.selectAll },
    { id: "take", keys: "i", label: t("take"), group, when: mayTake, run: does.take },
    { id: "search", keys: "/", label: t("filter"), group, run: does.search },
    { id: "newer", keys: ".", label: t("showNewer"), group, when: hasNewer, run: does.settle },
  ]);
}
