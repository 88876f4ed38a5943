import { type BulkItem, type BulkResult, changeTickets } from "../services/bulk.ts";
import { keys } from "../lib/queryKeys.ts";
import { useAction } from "./useAction.ts";

export type { BulkItem, BulkResult };

/** Change many tickets; the result has the items in their order, each with its problem or null. */
export function useBulk() {
  return useAction(changeTickets, [keys.lists(), keys.counts(), ["ticket"]]);
}
