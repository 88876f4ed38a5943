import { useMemo, useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import { type BulkChange, itemsOf, planChange } from "../lib/bulkPlan.ts";
import type { ListedTicket } from "../lib/models.ts";
import { type BulkResult, useBulk } from "./useBulk.ts";
import { useStaff } from "./usePeople.ts";
import { useTeams } from "./useTeams.ts";
import { useTransitions } from "./useTicket.ts";

/** One change for many tickets: what it would do, `run`, what became of each, and `retry` for those that failed. */
export function useBulkChange(tickets: ListedTicket[], change: BulkChange | null) {
  const staff = useStaff().data, teams = useTeams().data, transitions = useTransitions().data;
  const { me } = useAuth();
  const role = me?.role ?? "agent";
  const [results, setResults] = useState<Map<string, BulkResult> | null>(null);
  const bulk = useBulk();
  const plan = useMemo(() => {
    const names = new Map([
      ...(staff ?? []).map(({ user_id, name, email }) => [user_id, name || email || ""] as const),
      ...(teams ?? []).map(({ team_id, name }) => [team_id, name] as const),
    ]);
    return change ? planChange(tickets, change, transitions ?? [], role, (id) => names.get(id) ?? "–") : [];
  }, [tickets, change, staff, teams, transitions, role]);

  async function send(items: BulkResult["item"][]) {
    const done = await bulk.run(items);
    if (!done) return;
    setResults((before) =>
      new Map([...before ?? [], ...done.value.map((result) => [result.item.ticket_id, result] as const)])
    );
  }
  const failed = [...results?.values() ?? []].filter(({ problem }) => problem !== null);
  return {
    plan,
    results,
    failed,
    isBusy: bulk.isBusy,
    problem: bulk.problem,
    run: () =>
      change && send(itemsOf(plan.filter(({ outcome }) => outcome !== "same").map(({ ticket }) => ticket), change)),
    retry: () => send(failed.map(({ item }) => item)),
  };
}
