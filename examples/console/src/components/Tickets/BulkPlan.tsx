import { useTranslations } from "use-intl";
import type { BulkResult } from "../../hooks/useBulk.ts";
import type { PlannedChange } from "../../lib/bulkPlan.ts";
import { Badge } from "../Shared/index.ts";

const TONES = { change: "accent", same: "neutral", refused: "warning" } as const;

/** What a change would do to each ticket; after it, what became of each. */
export function BulkPlan(
  { plan, results, isEmpty }: { plan: PlannedChange[]; results: Map<string, BulkResult> | null; isEmpty: boolean },
) {
  const t = useTranslations("queue");
  if (isEmpty) return <p className="text-muted">{t("bulkEmpty")}</p>;
  const failed = [...results?.values() ?? []].filter(({ problem }) => problem).length;
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
            {plan.map(({ ticket, from, to, outcome }) => {
              const result = results?.get(ticket.ticket_id);
              return (
                <tr key={ticket.ticket_id} className="border-t border-line first:border-t-0">
                  <td className="px-2 py-1 text-end text-muted tabular-nums">#{ticket.number}</td>
                  <td className="max-w-60 truncate px-2 py-1" dir="auto">{ticket.title}</td>
                  <td className="max-w-56 truncate px-2 py-1" dir="auto">
                    <span className="text-muted">{from}</span> → {to}
                  </td>
                  <td className="px-2 py-1 text-end">
                    {result?.problem
                      ? <span className="text-danger">{result.problem.message} {result.problem.hint}</span>
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
