import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { newId } from "../lib/ids.ts";
import { keys } from "../lib/queryKeys.ts";
import { type Upload, Uploads } from "../lib/uploads.ts";
import { deleteAttachment, uploadFile } from "../services/attachments.ts";

type Given = { id: string; ticketId: string; name: string; size: number };

const uploads = new Uploads();
/** Files that were given with a new request. The page that shows the request shows how far they are. */
let given: readonly Given[] = [];

/** Upload files that belong to a ticket itself; begins once the ticket is there. */
export function uploadRequestFiles(ticketId: string, files: readonly File[]): void {
  const added = files.map((file) => ({ file, id: newId() }));
  given = [...given, ...added.map(({ file, id }) => ({ id, ticketId, name: file.name, size: file.size }))];
  for (const { file, id } of added) {
    uploads.add(id, async (onProgress) => {
      await uploadFile({ id, ticketId, placement: "ticket", file, onProgress });
    });
  }
}

/** The files of a new request that are not with it yet. */
export function useRequestFiles(ticketId: string) {
  const queries = useQueryClient();
  const states = useSyncExternalStore(uploads.subscribe, uploads.states);
  const files = useMemo(
    () =>
      given.filter((file) => file.ticketId === ticketId).flatMap((file) => {
        const state = states.get(file.id);
        return state ? [{ ...file, ...state } satisfies Given & Upload] : [];
      }),
    [states, ticketId],
  );
  const ready = files.filter(({ state }) => state === "ready").length;
  useEffect(() => {
    if (ready > 0) void queries.invalidateQueries({ queryKey: keys.timeline(ticketId) });
  }, [ready, queries, ticketId]);
  const isBusy = files.some(({ state }) => state === "waiting" || state === "uploading");
  useEffect(() => {
    if (!isBusy) return;
    // The browser asks whether the page may go.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isBusy]);
  const remove = useCallback((id: string) => {
    uploads.forget(id);
    given = given.filter((file) => file.id !== id);
    deleteAttachment(id).catch(() => {});
  }, []);
  return { files: files.filter(({ state }) => state !== "ready"), remove, retry: (id: string) => uploads.retry(id) };
}
