import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { newId } from "../lib/ids.ts";
import type { LinkKind } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import { type LinkedTicket, linkTickets, listLinks, unlinkTickets } from "../services/links.ts";
import { listMerged, mergeTickets, splitTicket, unmergeTicket } from "../services/merges.ts";
import { redactMessage } from "../services/messages.ts";
import { addTag, removeTag } from "../services/tickets.ts";
import { useAction } from "./useAction.ts";

export type { LinkedTicket };

/** The tickets that a ticket is linked to. */
export function useLinks(ticketId: string) {
  return useQuery({ queryKey: [...keys.relations(ticketId), "links"], queryFn: () => listLinks(ticketId) });
}

/** The tickets that are merged into a ticket. */
export function useMerged(ticketId: string) {
  return useQuery({ queryKey: [...keys.relations(ticketId), "merged"], queryFn: () => listMerged(ticketId) });
}

type Link = { sourceId: string; kind: LinkKind; targetId: string };

/** Add and remove links. */
export function useLinkActions(ticketId: string) {
  const changes = [keys.relations(ticketId)];
  return {
    link: useAction(({ sourceId, kind, targetId }: Link) => linkTickets(sourceId, kind, targetId), changes),
    unlink: useAction(({ sourceId, kind, targetId }: Link) => unlinkTickets(sourceId, kind, targetId), changes),
  };
}

/** Merge, unmerge, split, redact: what concerns the whole conversation. */
export function useConversationActions(ticketId: string) {
  const changes = [keys.ticket(ticketId), keys.relations(ticketId), keys.timeline(ticketId), keys.lists()];
  // An id of its own for each intention: a repeated request is the same one.
  const merges = useIds(), splits = useIds();
  return {
    merge: useAction(
      ({ targetId, otherRequester }: { targetId: string; otherRequester: boolean }) =>
        mergeTickets({ id: merges(targetId), sourceId: ticketId, targetId, otherRequester }),
      changes,
    ),
    unmerge: useAction((sourceId: string) => unmergeTicket(sourceId), changes),
    split: useAction(
      ({ messageId, title }: { messageId: string; title: string }) => splitTicket(messageId, title, splits(messageId)),
      changes,
    ),
    redact: useAction((messageId: string) => redactMessage(messageId), changes),
  };
}

/** Add and remove tags. */
export function useTagActions(ticketId: string) {
  const changes = [keys.ticket(ticketId)];
  return {
    add: useAction((tag: string) => addTag(ticketId, tag), changes),
    remove: useAction((tag: string) => removeTag(ticketId, tag), changes),
  };
}

function useIds(): (name: string) => string {
  const ids = useRef(new Map<string, string>());
  return (name) => {
    const id = ids.current.get(name) ?? newId();
    ids.current.set(name, id);
    return id;
  };
}
