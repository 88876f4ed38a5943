import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import type { ListedTicket } from "../../lib/models.ts";
import { Button } from "../Shared/index.ts";
import type { BulkKind } from "./BulkDialog.tsx";

const BulkDialog = lazy(() => import("./BulkDialog.tsx").then(({ BulkDialog }) => ({ default: BulkDialog })));
const BUTTONS = ["status", "priority", "assignee", "team", "tag", "reply"] as const;

/** How many tickets are selected, and what can be done to all of them. */
export function BulkBar({ tickets, onClear }: { tickets: ListedTicket[]; onClear(): void }) {
  const t = useTranslations("queue");
  const [kind, setKind] = useState<BulkKind | null>(null);
  const when = tickets.length > 0;
  const group = t("groupBulk");
  const open = (id: BulkKind, keys: string) => ({
    id: `bulk ${id}`,
    keys,
    label: t(`bulkKinds.${id}`),
    group,
    when,
    // The selection is what keys act on, also beside an open ticket.
    layer: 1,
    run: () => setKind(id),
  });
  useShortcuts([
    open("status", "s"),
    open("priority", "p"),
    open("assignee", "a"),
    open("team", "t"),
    open("tag", "l"),
    {
      id: "bulk clear",
      keys: "Escape",
      label: t("clearSelection"),
      group,
      when: when && kind === null,
      layer: 1,
      run: onClear,
    },
  ]);
  if (!when) return null;
  return (
    <div
      role="toolbar"
      aria-label={group}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-3 py-2"
    >
      <span role="status" className="font-medium">{t("selected", { count: tickets.length })}</span>
      {BUTTONS.map((id) => <Button key={id} size="small" onClick={() => setKind(id)}>{t(`bulkKinds.${id}`)}</Button>)}
      <Button size="small" variant="ghost" onClick={onClear}>{t("clearSelection")}</Button>
      <Suspense fallback={null}>
        {kind && <BulkDialog key={kind} kind={kind} tickets={tickets} onClose={() => setKind(null)} />}
      </Suspense>
    </div>
  );
}
