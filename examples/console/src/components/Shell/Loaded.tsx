import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { toHelpdeskError } from "../../lib/errors.ts";
import { ErrorNote, Skeleton } from "../Shared/index.ts";

type Props<Data> = {
  query: UseQueryResult<Data>;
  children(data: Data): ReactNode;
  /** How many grey lines stand for what is being read. */
  lines?: number;
};

/** What was read; grey lines until then, the error and a way to try again when it failed. */
export function Loaded<Data>({ query, children, lines = 4 }: Props<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorNote error={toHelpdeskError(query.error)} onRetry={() => query.refetch()} />;
  return (
    <div className="flex flex-col gap-2 p-4" aria-busy="true">
      {Array.from({ length: lines }, (_, line) => <Skeleton key={line} />)}
    </div>
  );
}
