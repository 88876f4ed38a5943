import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type DeliveryFilter, type DeliveryPlace, isMoving, placeBehind } from "../lib/deliveries.ts";
import { keys } from "../lib/queryKeys.ts";
import * as outbox from "../services/outbox.ts";
import { useAction } from "./useAction.ts";

/** Deliveries have no events of their own: pages ask again, soon while something is being sent. */
const SOON = 2_000, LATER = 15_000;

/** Deliveries, the newest first. */
export function useDeliveries(filter: DeliveryFilter) {
  return useInfiniteQuery({
    queryKey: keys.deliveries(filter),
    queryFn: ({ pageParam }) => outbox.listDeliveries(filter, pageParam),
    initialPageParam: null as DeliveryPlace | null,
    getNextPageParam: placeBehind,
    staleTime: 0,
    refetchInterval: ({ state }) => isMoving(state.data?.pages.flat() ?? []) ? SOON : LATER,
  });
}

/** The attempts at a delivery; `attempts` is its counter, which says that there are new ones. */
export function useAttempts(deliveryId: string, attempts: string) {
  return useQuery({
    queryKey: [...keys.deliveries(), "attempts", deliveryId, attempts],
    queryFn: () => outbox.listAttempts(deliveryId),
    staleTime: 0,
  });
}

/** What waits, for how long, and what ended badly. */
export function useOutboxHealth() {
  return useQuery({
    queryKey: [...keys.deliveries(), "health"],
    queryFn: outbox.readOutboxHealth,
    staleTime: 0,
    refetchInterval: LATER,
  });
}

/** Send again. */
export function useReplay() {
  return useAction(outbox.replay, [keys.deliveries(), keys.trouble()]);
}
