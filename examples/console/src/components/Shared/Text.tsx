import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { HelpdeskError } from "../../lib/errors.ts";
import type { Priority, Status } from "../../lib/models.ts";
import { minutes } from "../../lib/clock.ts";
import { Button } from "./Button.tsx";

const TONES = {
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent",
  success: "bg-success-soft text-success",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
} as const;
export type Tone = keyof typeof TONES;

/** A word on coloured ground. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center rounded px-1.5 py-0.5 text-[12px] font-medium whitespace-nowrap ${
        TONES[tone]
      }`}
    >
      {children}
    </span>
  );
}

const STATUS_TONES: Record<Status, Tone> = {
  open: "accent",
  pending: "warning",
  resolved: "success",
  closed: "neutral",
};

/** The status of a ticket, in words. */
export function StatusBadge({ status }: { status: Status }) {
  const t = useTranslations("shared");
  return <Badge tone={STATUS_TONES[status]}>{t(`statuses.${status}`)}</Badge>;
}

/** The priority of a ticket: bars, with the word for screen readers and on hover. */
export function PriorityMark({ priority }: { priority: Priority }) {
  const t = useTranslations("shared");
  const label = t(`priorities.${priority}`);
  return <span role="img" aria-label={label} title={label} className={`priority priority-${priority}`} />;
}

const AVATAR_SIZES = { small: "size-5 text-[10px]", medium: "size-7 text-[11px]" } as const;

/** A person's initials. */
export function Avatar({ name, size = "medium" }: { name: string; size?: keyof typeof AVATAR_SIZES }) {
  const parts = name.trim().split(/\s+/u);
  const initials = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...part ?? ""][0] ?? "").join("");
  return (
    <span
      aria-hidden
      title={name}
      className={`grid shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent uppercase ${
        AVATAR_SIZES[size]
      }`}
    >
      {initials}
    </span>
  );
}

/** Nothing to show: why, and what next. */
export function EmptyState({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 rounded-lg border border-dashed border-line px-4 py-10 text-center">
      <p className="font-medium">{title}</p>
      {hint && <p className="max-w-prose text-muted">{hint}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}

/** A grey line in the place of a text that is being read. */
export function Skeleton({ className = "h-5 w-full" }: { className?: string }) {
  return <span aria-hidden className={`block animate-pulse rounded bg-hover ${className}`} />;
}

/** What is wrong, and the way out. The console's own texts win over the database's, which are English. */
export function ErrorText({ error }: { error: HelpdeskError }) {
  const t = useTranslations();
  const known = textsFor(error).find((key) => t.has(key as "shared.close"));
  if (known) return <span className="font-medium text-danger">{t(known as "shared.close")}</span>;
  const message = sentence(error.message);
  return (
    <>
      <span className="font-medium text-danger">
        {error.reason === "invalid_value" ? t("shared.invalidValue", { message }) : message}
      </span>{" "}
      <span>{error.hint}</span>
    </>
  );
}

/** Where the console may have a text for an error. Customers do not load `problems`, which only staff meet. */
function textsFor({ reason, status, code, message }: HelpdeskError): string[] {
  if (reason !== null) return [`shared.errors.${reason}`, `problems.${reason}`];
  if (code === "57014") return ["shared.tookTooLong"];
  return status === 0 && /fetch|network|load failed/i.test(message) ? ["shared.noConnection"] : [];
}

/** With a full stop where it has none: the hint stands behind it. */
function sentence(text: string): string {
  return /[\p{L}\p{N})]$/u.test(text) ? `${text}.` : text;
}

/** An error, and a button that tries again. */
export function ErrorNote({ error, onRetry }: { error: HelpdeskError; onRetry?(): void }) {
  const t = useTranslations("shared");
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md bg-danger-soft px-3 py-2">
      <p className="min-w-0 flex-1 break-words">
        <ErrorText error={error} />
      </p>
      {onRetry && <Button size="small" onClick={onRetry}>{t("tryAgain")}</Button>}
    </div>
  );
}

/** A key of the keyboard, or several: `mod+k`, `g q`. */
export function Kbd({ keys }: { keys: string }) {
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  const words = keys.split(/[+ ]/u).map((key) => key === "mod" || key === "$mod" ? (isMac ? "⌘" : "Ctrl") : key);
  return (
    <span className="inline-flex gap-0.5">
      {words.map((key, index) => (
        <kbd
          key={index}
          className="rounded border border-line bg-sunken px-1 font-sans text-[11px] text-muted capitalize"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}

/** A time: how long ago, and the date on hover; `isShort` for narrow columns. */
export function Time({ at, isShort = false }: { at: string | Date; isShort?: boolean }) {
  const format = useFormatter();
  const now = new Date(useSyncExternalStore(minutes.subscribe, minutes.now));
  const date = new Date(at);
  const isLongAgo = Math.abs(now.getTime() - date.getTime()) > 7 * 86_400_000;
  return (
    <time
      dateTime={date.toISOString()}
      title={format.dateTime(date, { dateStyle: "full", timeStyle: "short" })}
      className="whitespace-nowrap"
    >
      {isLongAgo
        ? format.dateTime(date, isShort ? { dateStyle: "short" } : { dateStyle: "medium" })
        : format.relativeTime(date, { now: date > now ? date : now, style: isShort ? "narrow" : "long" })}
    </time>
  );
}

/** The head of a page: its title and its main actions. */
export function PageHeader({ title, actions }: { title: string; actions?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <h1 className="min-w-0 text-[1.35rem] font-semibold tracking-tight" dir="auto">{title}</h1>
      {actions}
    </div>
  );
}

/** A part of a page with a title. */
export function Panel({ title, children, actions }: { title: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <section aria-label={title} className="overflow-hidden rounded-lg border border-line bg-raised">
      <div className="flex items-center justify-between gap-2 border-b border-line bg-sunken px-4 py-2">
        <h2 className="font-semibold" dir="auto">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
