import { useTranslations } from "use-intl";
import type { BulkResult } from "../../hooks/useBulk.ts";
import type { BulkChange, PlannedChange } from "../../lib/bulkPlan.ts";
import type { Priority, Status } from "../../lib/models.ts";
import { Badge, ErrorText } from "../Shared/index.ts";

const TONES = { change: "accent", same: "neutral", refused: "warning" } as const;

/** What a change would do to each ticket; after it, what became of each. */
export function BulkPlan(
  { plan, kind, results, isEmpty }: {
    plan: PlannedChange[];
    kind: BulkChange["kind"];
    results: Map<string, BulkResult> | null;
    isEmpty: boolean;
  },
) {
  const t = useTranslations("queue");
  const words = useTranslations("shared");
  const wordOf = (value: string) =>
    kind === "status"
      ? words(`statuses.${value as Status}`)
      : kind === "priority"
      ? words(`priorities.${value as Priority}`)
      : value;
  if (isEmpty) return <p className="text-muted">{t("bulkEmpty")}</p>;
  const hasFailed = ({ ticket }: PlannedChange) => Boolean(results?.get(ticket.ticket_id)?.problem);
  const failed = plan.filter(hasFailed).length;
  // What somebody has to look at comes first.
  const rows = [...plan.filter(hasFailed), ...plan.filter((row) => !hasFailed(row))];
  return (
    <div className="flex flex-col gap-2">
      <p role="status" className="font-medium">
        {results ? t("bulkDone", { done: results.size - failed, failed }) : t("bulkPlan", {
          change: plan.filter(({ outcome }) => outcome === "change").length,
          same: plan.filter(({ outcome }) => outcome === "same").length,
          refused: plan.filter(({ outcome }) => outcome === "refused").length,
        })}
      </p>
      <div
        className="max-h-72 overflow-auto rounded-lg border border-line"
        tabIndex={0}
        role="group"
        aria-label={t("bulkChanges")}
      >
        <table className="w-full text-start">
          <tbody>
            {rows.map(({ ticket, from, to, outcome }) => {
              const result = results?.get(ticket.ticket_id);
              return (
                <tr key={ticket.ticket_id} className="border-t border-line first:border-t-0">
                  <td className="px-2 py-1 text-end text-muted tabular-nums">#{ticket.number}</td>
                  <td className="max-w-60 truncate px-2 py-1" dir="auto">{ticket.title}</td>
                  <td className="max-w-56 truncate px-2 py-1" dir="auto">
                    <span className="text-muted">{wordOf(from)}</span> → {wordOf(to)}
                  </td>
                  <td className="px-2 py-1 text-end">
                    {result?.problem
                      ? <ErrorText error={result.problem} />
                      : result
                      ? <Badge tone="success">{t("outcomes.done")}</Badge>
                      : <Badge tone={TONES[outcome]}>{t(`outcomes.${outcome}`)}</Badge>}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
