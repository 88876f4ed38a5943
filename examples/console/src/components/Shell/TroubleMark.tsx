import { useTranslations } from "use-intl";
import { useTrouble } from "../../hooks/useTrouble.ts";
import { troublesIn } from "../../lib/health.ts";

const TONES = {
  danger: "bg-danger text-on-accent",
  warning: "bg-warning-soft text-warning",
  accent: "bg-accent text-on-accent",
} as const;

/** In the navigation: how many mails wait for a person, or how many things an admin should look at. */
export default function TroubleMark({ of }: { of: "quarantine" | "admin" }) {
  const t = useTranslations("shell");
  const { data } = useTrouble({ isPolling: of === "quarantine" });
  if (!data) return null;
  const place = "max-lg:absolute max-lg:end-0 max-lg:top-0 lg:ms-auto";
  if (of === "admin") return <Troubles of={null} className={place} />;
  const count = data.quarantined, shown = shortOf(count);
  return <Mark count={count} tone="accent" label={t("mailsWait", { count, shown })} className={place} />;
}

/** How much is wrong with what a page of the admin panel is about; with anything for null. */
export function Troubles({ of, className = "" }: { of: string | null; className?: string }) {
  const t = useTranslations("shell");
  const { data } = useTrouble();
  const findings = data?.findings ?? [];
  const { count, isProblem } = troublesIn(of === null ? findings : findings.filter(({ page }) => page === of));
  return (
    <Mark
      count={count}
      tone={isProblem ? "danger" : "warning"}
      label={t("troubles", { count })}
      className={className}
    />
  );
}

function shortOf(count: number): string {
  return count > 99 ? "99+" : String(count);
}

function Mark({ count, tone, label, className }: MarkProps) {
  if (count === 0) return null;
  return (
    <span
      title={label}
      className={`relative rounded-full px-1.5 text-[11px] leading-4 font-semibold tabular-nums ${
        TONES[tone]
      } ${className}`}
    >
      <span aria-hidden>{shortOf(count)}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}

type MarkProps = { count: number; tone: keyof typeof TONES; label: string; className: string };
