import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useLive } from "../../contexts/LiveContext.tsx";
import { useHealth } from "../../hooks/useHealth.ts";
import type { Finding } from "../../lib/health.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button } from "../Shared/index.ts";

const ICONS = { ok: CircleCheck, warning: TriangleAlert, problem: CircleAlert };
const COLOURS = { ok: "text-success", warning: "text-warning", problem: "text-danger" };

/** Database, live events, what leaves and what comes in: what works, and what to do about the rest. */
export function Health() {
  const t = useTranslations("admin");
  const health = useHealth(useLive().state);
  return (
    <div className="flex flex-col items-start gap-3">
      <Loaded query={health}>
        {(findings) => (
          <ul className="w-full divide-y divide-line rounded-lg border border-line">
            {worstFirst(findings).map((finding, index) => (
              <FindingRow key={`${finding.check} ${index}`} finding={finding} />
            ))}
          </ul>
        )}
      </Loaded>
      <Button isBusy={health.isFetching} onClick={() => health.refetch()}>{t("checkAgain")}</Button>
    </div>
  );
}

const STATES = ["problem", "warning", "ok"] as const;

function worstFirst(findings: readonly Finding[]): Finding[] {
  return STATES.flatMap((state) => findings.filter((finding) => finding.state === state));
}

function FindingRow({ finding: { check, state, values, page } }: { finding: Finding }) {
  const t = useTranslations("admin");
  const pages = useTranslations("admin.pages");
  const Icon = ICONS[state];
  const isOfUse = state !== "ok" || Number(values.count) > 0;
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <Icon aria-hidden size={18} className={`mt-0.5 shrink-0 ${COLOURS[state]}`} />
      <span className="min-w-0 break-words">
        <span className="block font-medium">{t(`checks.${check}`)} · {t(`states.${state}`)}</span>
        <span className="block text-muted">{t(`findings.${check}_${state}` as "findings.database_ok", values)}</span>
        {!isOfUse
          ? null
          : page === "quarantine"
          ? <Link to="/quarantine" className="text-accent underline">{t("toPage", { page: t("quarantine") })}</Link>
          : page && (
            <Link to="/admin/$" params={{ _splat: page }} className="text-accent underline">
              {t("toPage", { page: pages(page) })}
            </Link>
          )}
      </span>
    </li>
  );
}
