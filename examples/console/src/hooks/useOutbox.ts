import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { type DraftKey, finishDraft } from "../lib/drafts.ts";
import type { HelpdeskError } from "../lib/errors.ts";
import { Outbox, type OutboxEntry, type Outgoing } from "../lib/outbox.ts";
import { keys } from "../lib/queryKeys.ts";
import { type NewReply, sendReply, wasSent } from "../services/messages.ts";
import { addNote, type NewNote } from "../services/notes.ts";

// Two outboxes with a function each: no flag decides whether a text goes to the requester.
const replies = new Outbox<NewReply>(sendReply);
const notes = new Outbox<NewNote>(addNote);

export type ReplyEntry = OutboxEntry<NewReply>;
export type NoteEntry = OutboxEntry<NewNote>;

/** Replies of a ticket that are on their way, and `send` for a new one. */
export function useReplyOutbox(ticketId: string) {
  return useOutbox(replies, ticketId);
}

/** Notes of a ticket that are on their way, and `send` for a new one. */
export function useNoteOutbox(ticketId: string) {
  return useOutbox(notes, ticketId);
}

/** Whether a reply was stored although its answer was lost. */
export async function wasReplySent(id: string): Promise<boolean> {
  return await wasSent(id);
}

function useOutbox<Item extends Outgoing>(outbox: Outbox<Item>, ticketId: string) {
  const queries = useQueryClient();
  const all = useSyncExternalStore(outbox.subscribe, outbox.entries);
  useEffect(() => {
    addEventListener("online", outbox.retryWaiting);
    return () => removeEventListener("online", outbox.retryWaiting);
  }, [outbox]);
  const isBusy = all.length > 0;
  useEffect(() => {
    if (!isBusy) return;
    // The browser asks whether the page may go.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isBusy]);
  const entries = useMemo(() => all.filter(({ item }) => item.ticketId === ticketId), [all, ticketId]);
  const send = useCallback(
    (item: Item, draft: DraftKey, holdSeconds: number, onRefused?: (problem: HelpdeskError) => void) =>
      outbox.add(item, holdSeconds, {
        onSent: async () => {
          await finishDraft(draft).catch(() => {});
          await refresh(queries, item.ticketId);
        },
        onRefused: (_, problem) => {
          onRefused?.(problem);
          // What others have written meanwhile is the reason, more often than not.
          void refresh(queries, item.ticketId);
        },
      }),
    [outbox, queries],
  );
  const take = useCallback((id: string) => outbox.take(id), [outbox]);
  const retry = useCallback((id: string) => outbox.retry(id), [outbox]);
  return { entries, send, take, retry };
}

async function refresh(queries: QueryClient, ticketId: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.timeline(ticketId) }),
    queries.invalidateQueries({ queryKey: keys.ticket(ticketId) }),
  ]);
}
