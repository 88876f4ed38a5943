import type { ReactNode } from "react";

type Props = { name: string; label: string; children: ReactNode };

/** A property of a ticket: its name, and what changes it. `name` is what shortcuts look for. */
export function PropertyRow({ name, label, children }: Props) {
  return (
    <div data-property={name} className="grid grid-cols-[6.5rem_1fr] items-start gap-2">
      <span aria-hidden className="truncate pt-1.5 text-muted" dir="auto" title={label}>{label}</span>
      <div className="min-w-0">{children}</div>
    </div>
  );
}

/** Put the focus on the control of a property, and open it. */
export function focusProperty(name: string, opens = true): void {
  const row = document.querySelector(`[data-property="${name}"]`);
  const control = row?.querySelector<HTMLElement>("select, input, textarea, button");
  control?.scrollIntoView({ block: "nearest" });
  control?.focus();
  if (opens && control instanceof HTMLButtonElement) control.click();
  if (opens && control instanceof HTMLInputElement) control.select();
}
