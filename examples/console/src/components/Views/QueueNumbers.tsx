import { Link } from "@tanstack/react-router";
import { useFormatter, useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useCounts } from "../../hooks/useQueues.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { Priority, Status } from "../../lib/models.ts";
import { ErrorNote } from "../Shared/index.ts";

/** The exact numbers of each queue: open and pending tickets, and how many are urgent. */
export function QueueNumbers() {
  const t = useTranslations("queue");
  const format = useFormatter();
  const { teams: mine, can } = useAuth();
  const all = useTeams();
  const counts = useCounts();
  const teams = can("administer") ? all.data ?? [] : mine;
  const sum = (teamId: string, wanted: { status?: Status; priority?: Priority }) =>
    (counts.data ?? [])
      .filter((row) =>
        row.team_id === teamId && (!wanted.status || row.status === wanted.status) &&
        (!wanted.priority || row.priority === wanted.priority)
      )
      .reduce((total, row) => total + row.tickets, 0);
  if (counts.error) return <ErrorNote error={toHelpdeskError(counts.error)} onRetry={() => counts.refetch()} />;
  return (
    <ul aria-label={t("teams")} className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {teams.map(({ team_id, name }) => (
        <li key={team_id}>
          <Link
            to="/queue"
            search={{ q: `team:"${name.replaceAll('"', "")}" status:open,pending` }}
            className="block rounded-lg border border-line bg-raised p-4 hover:bg-hover"
          >
            <span className="block truncate text-muted" dir="auto">{name}</span>
            <span className="block text-[1.6rem] font-semibold tabular-nums">
              {format.number(sum(team_id, { status: "open" }))}
            </span>
            <span className="block text-muted">
              {t("queueNumbers", {
                pending: sum(team_id, { status: "pending" }),
                urgent: sum(team_id, { priority: "urgent" }),
              })}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
