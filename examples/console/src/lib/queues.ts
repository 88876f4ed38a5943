import type { ListFilter } from "./listFilter.ts";
import type { Person, Team, View } from "./models.ts";

/** Lists that everybody on the staff has: their id in the address, and their query. */
export const BUILT_IN = {
  mine: "assignee:me status:open,pending",
  unassigned: "team:my_teams status:open assignee:none",
  open: "team:my_teams status:open,pending",
  snoozed: "team:my_teams is:snoozed",
  resolved: "team:my_teams status:resolved",
} as const;
export type BuiltIn = keyof typeof BUILT_IN;

export type QueueSearch = { q?: string; view?: string; sort?: string; ticket?: string };
export const SORTS = ["priority", "-updated_at", "-created_at", "created_at"] as const;

export function isBuiltIn(id: string | undefined): id is BuiltIn {
  return id !== undefined && id in BUILT_IN;
}

/** The list that an address names: a text in the search grammar wins over a view; without both, what is unassigned. */
export function filterOf(search: QueueSearch, views: readonly View[] | undefined): ListFilter | null {
  const sort = SORTS.find((one) => one === search.sort) ?? "priority";
  if (search.q !== undefined) return { query: search.q, sort };
  if (search.view === undefined) return { query: BUILT_IN.unassigned, sort };
  if (isBuiltIn(search.view)) return { query: BUILT_IN[search.view], sort };
  const view = views?.find(({ view_id }) => view_id === search.view);
  if (!view) return null;
  const own = SORTS.find((one) => one === view.sort);
  return { tree: view.tree, sort: search.sort ? sort : own ?? sort };
}

/** Whether to offer changes of a view: of private ones to the owner, of a team's to its members, of all others to admins. */
export function mayChangeView(view: View, me: Person, teams: readonly Team[], isAdmin: boolean): boolean {
  if (view.audience === "private") return view.owner_id === me.user_id;
  return isAdmin || view.audience === "team" && teams.some(({ team_id }) => team_id === view.team_id);
}
