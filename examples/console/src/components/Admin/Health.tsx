import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useLive } from "../../contexts/LiveContext.tsx";
import { type Finding, useHealth } from "../../hooks/useHealth.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button } from "../Shared/index.ts";

const ICONS = { ok: CircleCheck, warning: TriangleAlert, problem: CircleAlert };
const COLOURS = { ok: "text-success", warning: "text-warning", problem: "text-danger" };

/** Database, clock, live events and vectors: what works, and what to do about the rest. */
export function Health() {
  const t = useTranslations("admin");
  const health = useHealth(useLive().state);
  return (
    <div className="flex flex-col items-start gap-3">
      <Loaded query={health}>
        {(findings) => (
          <ul className="w-full divide-y divide-line rounded-lg border border-line">
            {findings.map((finding, index) => <FindingRow key={`${finding.check} ${index}`} finding={finding} />)}
          </ul>
        )}
      </Loaded>
      <Button isBusy={health.isFetching} onClick={() => health.refetch()}>{t("checkAgain")}</Button>
    </div>
  );
}

function FindingRow({ finding: { check, state, values } }: { finding: Finding }) {
  const t = useTranslations("admin");
  const Icon = ICONS[state];
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <Icon aria-hidden size={18} className={`mt-0.5 shrink-0 ${COLOURS[state]}`} />
      <span>
        <span className="block font-medium">{t(`checks.${check}`)} · {t(`states.${state}`)}</span>
        <span className="block text-muted">{t(`findings.${check}_${state}` as "findings.database_ok", values)}</span>
      </span>
    </li>
  );
}
