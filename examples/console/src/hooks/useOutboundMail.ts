import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { TicketDetails } from "../lib/models.ts";
import { isOnItsWay, mailsByMessage } from "../lib/outboundMail.ts";
import { keys } from "../lib/queryKeys.ts";
import { ticketIdsIn, type TimelineEntry } from "../lib/timeline.ts";
import * as mail from "../services/outboundMail.ts";
import { useAction } from "./useAction.ts";
import { useParticipants } from "./useParticipants.ts";

/** The mails that replies of a conversation became, by the id of the message. */
export function useSentMails(ticketId: string, entries: TimelineEntry[]) {
  const ids = useMemo(() => ticketIdsIn(ticketId, entries), [ticketId, entries]);
  const { data } = useQuery({
    queryKey: [...keys.timeline(ticketId), "sent", ids],
    queryFn: () => mail.listSent(ids),
    placeholderData: (before) => before,
    // That a mail was sent is in no event; that it failed is.
    refetchInterval: ({ state }) => isOnItsWay(state.data ?? []) ? 5_000 : false,
  });
  return useMemo(() => mailsByMessage(data ?? []), [data]);
}

/** Who of a ticket's recipients receives nothing, because nothing is sent to their address. */
export function useSuppressedRecipients({ ticket_id: ticketId, requester }: TicketDetails) {
  const { data: participants } = useParticipants(ticketId);
  const copied = (participants ?? []).filter(({ receives_copies }) => receives_copies).map(({ address }) => address);
  const addresses = [...requester?.email ? [requester.email] : [], ...copied].sort();
  return useQuery({
    queryKey: keys.mail("suppressed", ...addresses),
    queryFn: () => mail.listSuppressed(addresses),
    enabled: participants !== undefined && addresses.length > 0,
    staleTime: 0,
  });
}

/** All addresses that receive nothing. */
export function useSuppressions() {
  return useQuery({ queryKey: keys.mail("suppressions"), queryFn: mail.listSuppressions, staleTime: 0 });
}

export function useSuppressionActions() {
  const changes = [keys.mail()];
  return {
    add: useAction(mail.suppress, changes),
    lift: useAction((address: string) => mail.liftSuppression(address), changes),
  };
}
