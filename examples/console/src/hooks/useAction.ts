import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { type HelpdeskError, toHelpdeskError } from "../lib/errors.ts";

/**
 * A change that nobody has to see before the database has made it. `run` resolves to null when it failed: `problem`
 * says why. What `changes` names is read again.
 */
export function useAction<Given, Result>(
  action: (given: Given) => Promise<Result>,
  changes: readonly QueryKey[] = [],
): {
  run(given: Given): Promise<{ value: Result } | null>;
  isBusy: boolean;
  problem: HelpdeskError | null;
  reset(): void;
} {
  const queries = useQueryClient();
  const { mutateAsync, isPending, error, reset } = useMutation({
    mutationFn: action,
    onSettled: () => Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  return {
    run: (given) => mutateAsync(given).then((value) => ({ value }), () => null),
    isBusy: isPending,
    problem: error ? toHelpdeskError(error) : null,
    reset,
  };
}
