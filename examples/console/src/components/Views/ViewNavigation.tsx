import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useCounts } from "../../hooks/useQueues.ts";
import { useCount } from "../../hooks/useTickets.ts";
import { useViews } from "../../hooks/useViews.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { BUILT_IN, type BuiltIn, type QueueSearch } from "../../lib/queues.ts";
import type { ListFilter } from "../../lib/listFilter.ts";

const LINK = "flex items-center gap-2 rounded-md px-2.5 py-1.5 text-muted hover:bg-hover hover:text-default " +
  "aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-accent";

/** The lists of an agent: built-in ones, teams' queues with exact numbers, saved views. */
export function ViewNavigation({ active }: { active: QueueSearch }) {
  const t = useTranslations("queue");
  const { me, teams: mine, can } = useAuth();
  const views = useViews();
  const counts = useCounts();
  const all = useTeams();
  const teams = can("administer") ? all.data ?? [] : mine;
  const openIn = (teamId: string) =>
    counts.data?.filter(({ team_id, status }) => team_id === teamId && status === "open").reduce(
      (sum, row) => sum + row.tickets,
      0,
    );
  return (
    <nav aria-label={t("views")} className="flex flex-col gap-4 p-2">
      <ul className="flex flex-col gap-0.5">
        {(Object.keys(BUILT_IN) as BuiltIn[]).map((id) => (
          <li key={id}>
            <Entry
              label={t(`builtIn.${id}`)}
              search={{ view: id }}
              isActive={active.q === undefined && (active.view ?? "unassigned") === id}
              filter={{ query: BUILT_IN[id] }}
            />
          </li>
        ))}
      </ul>
      {teams.length > 0 && (
        <Group label={t("teams")}>
          {teams.map(({ team_id, name }) => {
            const q = `team:"${name.replaceAll('"', "")}" status:open,pending`;
            return (
              <li key={team_id}>
                <Entry label={name} search={{ q }} isActive={active.q === q} count={openIn(team_id)} />
              </li>
            );
          })}
        </Group>
      )}
      {views.data && views.data.length > 0 && (
        <Group label={t("savedViews")}>
          {[...views.data].sort((one, other) =>
            Number(other.owner_id === me?.user_id) - Number(one.owner_id === me?.user_id)
          ).map((view) => (
            <li key={view.view_id}>
              <Entry
                label={view.name}
                search={{ view: view.view_id }}
                isActive={active.q === undefined && active.view === view.view_id}
                filter={{ tree: view.tree }}
              />
            </li>
          ))}
        </Group>
      )}
    </nav>
  );
}

function Group({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <section aria-label={label}>
      <h2 className="px-2.5 pb-1 text-[12px] font-semibold text-subtle">{label}</h2>
      <ul className="flex flex-col gap-0.5">{children}</ul>
    </section>
  );
}

type EntryProps = { label: string; search: QueueSearch; isActive: boolean; count?: number; filter?: ListFilter };

function Entry({ label, search, isActive, count, filter }: EntryProps) {
  const counted = useCount(filter ?? {}, filter !== undefined);
  const shown = filter
    ? counted.data && capped(counted.data.count, counted.data.more)
    : count === undefined
    ? undefined
    : capped(count, false);
  return (
    <Link
      to="/queue"
      search={search}
      activeOptions={{ includeSearch: true }}
      aria-current={isActive ? "page" : undefined}
      className={LINK}
      activeProps={{}}
    >
      <span className="min-w-0 flex-1 truncate" dir="auto">{label}</span>
      {shown && <span className="text-[12px] text-subtle tabular-nums">{shown}</span>}
    </Link>
  );
}

/** Numbers are for orientation: from a hundred on, `99+`. `more`: the database looked at the newest tickets only. */
function capped(count: number, more: boolean): string {
  if (count > 99) return "99+";
  return more ? `${count}+` : String(count);
}
