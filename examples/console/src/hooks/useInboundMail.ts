import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { mailsByEntry } from "../lib/inboundMail.ts";
import { keys } from "../lib/queryKeys.ts";
import { ticketIdsIn, type TimelineEntry } from "../lib/timeline.ts";
import * as mail from "../services/inboundMail.ts";
import { useAction } from "./useAction.ts";

export type { QuarantinedMail } from "../services/inboundMail.ts";

/** How often the quarantine is read again: mails in it are in no event of a ticket. */
const PAUSE = 60_000;

/** The mails that wait for a person's decision, the oldest first. */
export function useQuarantine() {
  return useInfiniteQuery({
    queryKey: keys.mail("quarantine"),
    queryFn: ({ pageParam }) => mail.listQuarantined(pageParam),
    initialPageParam: null as mail.QuarantinePlace | null,
    getNextPageParam: mail.placeBehind,
    staleTime: 0,
    refetchInterval: PAUSE,
  });
}

/** What became of a mail, in a sentence of the database; read only where it is needed. */
export function useExplanation(inboundId: string, outcome: string | null, isNeeded: boolean) {
  return useQuery({
    queryKey: keys.mail("explanation", inboundId, outcome ?? ""),
    queryFn: () => mail.explainMail(inboundId),
    enabled: isNeeded,
  });
}

/** A mail as it came. It does not change, and what stays on the page while pictures are asked for is the same mail. */
export function useMailHtml(inboundId: string, withImages: boolean) {
  return useQuery({
    queryKey: keys.mail("html", inboundId, String(withImages)),
    queryFn: () => mail.readMailHtml(inboundId, withImages),
    placeholderData: (before) => before,
    gcTime: 0,
    retry: false,
  });
}

type ToTicket = { id: string; requesterId?: string };

/** What people decide on mails in quarantine. */
export function useQuarantineActions() {
  const changes = [keys.mail()];
  return {
    accept: useAction((id: string) => mail.acceptMail(id), changes),
    toTicket: useAction(({ id, requesterId }: ToTicket) => mail.mailToTicket(id, requesterId), changes),
    spam: useAction((id: string) => mail.markSpam(id), changes),
  };
}

/** The mails that messages, notes and descriptions of a conversation came as, by the id of the entry. */
export function useTicketMails(ticketId: string, entries: TimelineEntry[]) {
  const ids = useMemo(() => ticketIdsIn(ticketId, entries), [ticketId, entries]);
  const { data } = useQuery({
    queryKey: [...keys.timeline(ticketId), "mails", ids],
    queryFn: () => mail.listMailsOf(ids),
    placeholderData: (before) => before,
  });
  return useMemo(() => mailsByEntry(data ?? []), [data]);
}
