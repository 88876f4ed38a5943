import { useTranslations } from "use-intl";
import { type Decision, DECISIONS } from "../../lib/quarantine.ts";
import { Button } from "../Shared/index.ts";

type Props = {
  /** How many mails match as far as that is known; `hasMore`: there are others behind them. */
  count: number;
  hasMore: boolean;
  selected: number;
  isSelecting: boolean;
  onSelectAll(): void;
  onClear(): void;
  onDecide(decision: Decision): void;
};

/** How many mails there are, how many are selected, and what can be decided on all of those. */
export function QuarantineBar({ count, hasMore, selected, isSelecting, onSelectAll, onClear, onDecide }: Props) {
  const t = useTranslations("mail.many");
  return (
    <div
      role="toolbar"
      aria-label={t("label")}
      className={`sticky top-0 z-10 flex flex-wrap items-center gap-2 rounded-lg border border-line px-3 py-2 ${
        selected > 0 ? "bg-accent-soft" : "bg-raised"
      }`}
    >
      <span role="status" className="me-auto font-medium">
        {selected > 0 ? t("selected", { count: selected }) : t(hasMore ? "moreThan" : "count", { count })}
      </span>
      <Button size="small" variant="ghost" isBusy={isSelecting} aria-keyshortcuts="Shift+A" onClick={onSelectAll}>
        {t("selectAll")}
      </Button>
      {selected > 0 && (
        <Button size="small" variant="ghost" aria-keyshortcuts="Escape" onClick={onClear}>{t("clear")}</Button>
      )}
      {selected > 0 && (
        <div className="flex w-full flex-wrap gap-2">
          {DECISIONS.map((decision) => (
            <Button
              key={decision}
              size="small"
              aria-keyshortcuts={decision[0]}
              onClick={() => onDecide(decision)}
            >
              {t(decision)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
