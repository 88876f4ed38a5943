import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { type DraftKey, finishDraft } from "../lib/drafts.ts";
import { Outbox, type OutboxEntry, type Outgoing } from "../lib/outbox.ts";
import { onForget } from "../lib/personal.ts";
import { keys } from "../lib/queryKeys.ts";
import { type NewReply, sendReply, wasSent } from "../services/messages.ts";
import { addNote, type NewNote, wasSaved } from "../services/notes.ts";

// Two outboxes with a function each: no flag decides whether a text goes to the requester.
const replies = new Outbox<NewReply>(sendReply);
const notes = new Outbox<NewNote>(addNote);
for (const outbox of [replies, notes]) onForget(outbox.forget);

export type ReplyEntry = OutboxEntry<NewReply>;
export type NoteEntry = OutboxEntry<NewNote>;

/** Replies of a ticket that are on their way, and `send` for a new one. */
export function useReplyOutbox(ticketId: string) {
  return useOutbox(replies, ticketId, wasSent);
}

/** Notes of a ticket that are on their way, and `send` for a new one. */
export function useNoteOutbox(ticketId: string) {
  return useOutbox(notes, ticketId, wasSaved);
}

function useOutbox<Item extends Outgoing>(
  outbox: Outbox<Item>,
  ticketId: string,
  wasStored: (id: string) => Promise<boolean>,
) {
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
    (item: Item, draft: DraftKey, holdSeconds: number) =>
      outbox.add(item, holdSeconds, {
        onSent: async () => {
          await finishDraft(draft).catch(() => {});
          await refresh(queries, item.ticketId);
        },
        // What others have written meanwhile is the reason, more often than not.
        onRefused: () => void refresh(queries, item.ticketId),
      }),
    [outbox, queries],
  );
  /** Take an item back into its draft; false when it was stored after all: the answer of the server was lost. */
  const takeBack = useCallback(async ({ item, attempts }: OutboxEntry<Item>, draft: DraftKey): Promise<boolean> => {
    const isStored = attempts > 0 && await wasStored(item.id).catch(() => false);
    const taken = outbox.take(item.id);
    if (!isStored) return taken !== null;
    await finishDraft(draft).catch(() => {});
    await refresh(queries, item.ticketId);
    return false;
  }, [outbox, queries, wasStored]);
  const retry = useCallback((id: string) => outbox.retry(id), [outbox]);
  return { entries, send, takeBack, retry };
}

async function refresh(queries: QueryClient, ticketId: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.timeline(ticketId) }),
    queries.invalidateQueries({ queryKey: keys.ticket(ticketId) }),
  ]);
}
