import { QueryClient } from "@tanstack/react-query";
import { toHelpdeskError } from "./errors.ts";

/** Whether a request that failed is sent again. */
export function isRetried(count: number, error: unknown): boolean {
  return count < 3 && toHelpdeskError(error).isTransient;
}

/** What this page has read. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events say what has changed: see LiveContext.
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: isRetried,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
