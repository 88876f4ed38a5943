import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { mailsByEntry } from "../lib/inboundMail.ts";
import { keys } from "../lib/queryKeys.ts";
import { ticketIdsIn, type TimelineEntry } from "../lib/timeline.ts";
import * as mail from "../services/inboundMail.ts";
import { useAction } from "./useAction.ts";

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

/** Remove the text of a mail for good. The conversation is read again: its note or description has no text any more. */
export function useMailRedaction(ticketId: string | null) {
  const changes = ticketId === null ? [] : [keys.ticket(ticketId), keys.timeline(ticketId), keys.proposals(ticketId)];
  return useAction((inboundId: string) => mail.redactMail(inboundId), [keys.mail(), ...changes]);
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
