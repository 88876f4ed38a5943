import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import { dropFile, type FilePlace, type KeptFile, readKeptFiles } from "../lib/keptFiles.ts";
import { onForget } from "../lib/personal.ts";
import { keys } from "../lib/queryKeys.ts";
import { type Upload, Uploads } from "../lib/uploads.ts";
import { deleteAttachment, uploadFile } from "../services/attachments.ts";

type Given = { id: string; ticketId: string; name: string; size: number };

const uploads = new Uploads();
/** Files that were given with a new request. The page that shows the request shows how far they are. */
let given: readonly Given[] = [];
onForget(() => {
  uploads.forgetAll();
  given = [];
});

/** Upload files that belong to a ticket itself, which is there; `at` is where this device keeps them until then. */
export function uploadRequestFiles(at: FilePlace, ticketId: string, files: readonly KeptFile[]): void {
  const added = files.filter(({ id }) => !uploads.states().has(id));
  given = [...given, ...added.map(({ id, file: { name, size } }) => ({ id, ticketId, name, size }))];
  for (const { file, id } of added) {
    uploads.add(id, async (onProgress) => {
      await uploadFile({ id, ticketId, placement: "ticket", file, onProgress });
      await dropFile(at, id);
    });
  }
}

/** The files of a new request that are not with it yet. An upload that a reload has ended begins anew. */
export function useRequestFiles(ticketId: string) {
  const queries = useQueryClient();
  const { me } = useAuth();
  const userId = me?.user_id ?? "";
  const at = useMemo(() => ({ userId, place: ticketId }), [userId, ticketId]);
  useEffect(() => {
    let isCurrent = true;
    void readKeptFiles(at).then((kept) => isCurrent && uploadRequestFiles(at, ticketId, kept));
    return () => {
      isCurrent = false;
    };
  }, [at, ticketId]);
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
    void dropFile(at, id);
    deleteAttachment(id).catch(() => {});
  }, [at]);
  return { files: files.filter(({ state }) => state !== "ready"), remove, retry: (id: string) => uploads.retry(id) };
}
