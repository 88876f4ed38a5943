import { useInfiniteQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Decided, Decision, QuarantineFilter, WaitingMail } from "../lib/quarantine.ts";
import { keys } from "../lib/queryKeys.ts";
import * as quarantine from "../services/quarantine.ts";
import { useAction } from "./useAction.ts";

export type { QuarantinedMail } from "../services/quarantine.ts";

/** How often the quarantine is read again, should an announcement be lost. */
const PAUSE = 60_000;
/** What a decision changes: also the mark in the navigation. */
const CHANGES = [keys.mail(), keys.trouble()];

/** The mails that wait for a person's decision, the oldest first. */
export function useQuarantine(filter: QuarantineFilter) {
  return useInfiniteQuery({
    queryKey: [...keys.mail("quarantine"), filter],
    queryFn: ({ pageParam }) => quarantine.listQuarantined(filter, pageParam),
    initialPageParam: null as quarantine.QuarantinePlace | null,
    getNextPageParam: (page) => quarantine.placeBehind(page),
    staleTime: 0,
    refetchInterval: PAUSE,
  });
}

/** Reads all mails that match, also those that no page has yet. */
export function useMatching() {
  return useAction(quarantine.listMatching);
}

type ToTicket = { id: string; requesterId?: string };

/** What people decide on mails in quarantine. */
export function useQuarantineActions() {
  return {
    accept: useAction((id: string) => quarantine.acceptMail(id), CHANGES),
    toTicket: useAction(({ id, requesterId }: ToTicket) => quarantine.mailToTicket(id, requesterId), CHANGES),
    spam: useAction((id: string) => quarantine.markSpam(id), CHANGES),
  };
}

/** One decision on many mails: `run`, `stop`, and what became of each so far. */
export function useDecideMany(decision: Decision) {
  const [results, setResults] = useState<ReadonlyMap<string, Decided>>(new Map());
  const isStopped = useRef(false);
  const { run, isBusy, problem } = useAction((mails: readonly WaitingMail[]) => {
    isStopped.current = false;
    return quarantine.decideMany(mails, decision, (done) => {
      setResults((before) => new Map([...before, ...done.map((one) => [one.mail.inbound_id, one] as const)]));
      return !isStopped.current;
    });
  }, CHANGES);
  return { results, isBusy, problem, run, stop: () => void (isStopped.current = true) };
}
