import { AlarmClock, AlarmClockOff } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { type SnoozeChoice, snoozeUntil } from "../../lib/snooze.ts";
import { Menu } from "../Shared/index.ts";

/** The column is narrow. */
const SHORT = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const;
const CHOICES: SnoozeChoice[] = ["later", "tomorrow", "nextWeek"];

type Props = { until: string | null; onChange(until: string | null): void };

/** Until when the ticket is left alone. An answer of the requester ends it. */
export function Snooze({ until, onChange }: Props) {
  const t = useTranslations("ticket");
  const format = useFormatter();
  const isSnoozed = until !== null && new Date(until) > new Date();
  const choices = CHOICES.map((choice) => ({
    label: t(`snoozes.${choice}`),
    icon: AlarmClock,
    onSelect: () => onChange(snoozeUntil(choice, new Date()).toISOString()),
  }));
  const wake = { label: t("wake"), icon: AlarmClockOff, onSelect: () => onChange(null) };
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex h-8 w-full items-center gap-2 rounded-md border border-strong bg-surface px-2.5 text-start hover:bg-hover"
        >
          <AlarmClock aria-hidden size={14} className="shrink-0 text-subtle" />
          <span className="sr-only">{t("snooze")}:</span>
          <span className={`truncate ${isSnoozed ? "" : "text-muted"}`}>
            {isSnoozed
              ? t("snoozedUntil", {
                time: format.dateTime(new Date(until), SHORT),
              })
              : t("notSnoozed")}
          </span>
        </button>
      }
      items={isSnoozed ? [...choices, wake] : choices}
    />
  );
}
