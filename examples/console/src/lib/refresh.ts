import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/**
 * Read again what has changed, if somebody looks at it. What is being read for the first time is read once more when
 * it is there: it may have begun before the change.
 */
export function refresh(queries: QueryClient, filters: QueryFilters): void {
  const first = queries.getQueryCache().findAll(filters).filter(({ state }) =>
    state.data === undefined && state.fetchStatus === "fetching"
  );
  void queries.invalidateQueries(filters);
  for (const { promise, queryKey } of first) {
    promise?.catch(() => undefined).then(() => queries.invalidateQueries({ queryKey, exact: true }));
  }
}
