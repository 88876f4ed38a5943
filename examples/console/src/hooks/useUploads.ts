import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import type { Draft, DraftFile } from "../lib/drafts.ts";
import { HelpdeskError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { dropFile, keepFile, type KeptFile, readKeptFiles } from "../lib/keptFiles.ts";
import type { Attachment } from "../lib/models.ts";
import { onForget } from "../lib/personal.ts";
import { keys } from "../lib/queryKeys.ts";
import { chooseFiles, type Refusal, type Upload, type UploadLimits, Uploads } from "../lib/uploads.ts";
import { deleteAttachment, downloadAddress, resumeUpload, uploadFile } from "../services/attachments.ts";
import { readUploadLimits } from "../services/settings.ts";

const uploads = new Uploads();
onForget(uploads.forgetAll);
const LIMITS = { queryKey: [...keys.settings(), "uploads"], queryFn: readUploadLimits };
const USUAL: UploadLimits = { maxFiles: 10, maxBytes: 25 * 1024 * 1024, types: null };
const WAITING: Upload = { state: "waiting", share: 0, problem: null };

export type DraftUpload = DraftFile & Upload;
type Change = (changes: (before: Draft) => Partial<Draft>) => void;

/** The files of a draft and how far each is; `add` refuses what the helpdesk does not take, and says why. */
export function useUploads(ticketId: string, placement: "message" | "note", draft: Draft, change: Change) {
  const queries = useQueryClient();
  const { me } = useAuth();
  const userId = me?.user_id ?? "";
  const at = useMemo(() => ({ userId, place: `${ticketId}.${placement}` }), [userId, ticketId, placement]);
  const begin = useCallback(({ id, file }: KeptFile) =>
    uploads.add(id, async (onProgress) => {
      const attachment = await uploadFile({ id, ticketId, placement, file, onProgress });
      void dropFile(at, id);
      const { problem } = stateOf(attachment);
      if (problem) throw problem;
    }), [at, ticketId, placement]);
  const states = useSyncExternalStore(uploads.subscribe, uploads.states);
  const { data: limits } = useUploadLimits();
  const files = useMemo(
    () => draft.files.map((file): DraftUpload => ({ ...file, ...states.get(file.id) ?? WAITING })),
    [draft.files, states],
  );
  // After a reload the server knows what has become of a file; an interrupted upload begins anew.
  const unknown = draft.files.find(({ id }) => !states.has(id))?.id;
  useEffect(() => {
    if (!unknown) return;
    let isCurrent = true;
    const known = resumeUpload(unknown).then(stateOf, () => stateOf(null));
    Promise.all([known, readKeptFiles(at)]).then(([state, kept]) => {
      const again = kept.find(({ id }) => id === unknown);
      if (!isCurrent) return;
      if (state.problem?.reason === "attachment_not_ready" && again) return begin(again);
      if (again) void dropFile(at, unknown);
      uploads.remember(unknown, state);
    });
    return () => {
      isCurrent = false;
    };
  }, [unknown, at, begin]);

  const count = draft.files.length;
  const add = useCallback(async (chosen: readonly File[]): Promise<Refusal[]> => {
    // Without an answer the helpdesk itself refuses what it does not take.
    const known = await queries.ensureQueryData(LIMITS).catch(() => USUAL);
    const { taken, refused } = chooseFiles(chosen, count, known);
    const added = taken.map((file) => ({ file, id: newId() }));
    for (const one of added) {
      void keepFile(at, one);
      begin(one);
    }
    const entries = added.map(({ file, id }) => ({ id, name: file.name, size: file.size }));
    if (entries.length > 0) change((before) => ({ files: [...before.files, ...entries] }));
    return refused;
  }, [queries, count, change, at, begin]);

  const remove = useCallback((id: string) => {
    uploads.forget(id);
    change((before) => ({ files: before.files.filter((file) => file.id !== id) }));
    void dropFile(at, id);
    // Nobody sees it but its uploader, and it expires by itself.
    deleteAttachment(id).catch(() => {});
  }, [at, change]);

  return {
    files,
    limits: limits ?? null,
    add,
    remove,
    retry: (id: string) => uploads.retry(id),
    isUploading: files.some(({ state }) => state === "waiting" || state === "uploading"),
    readyIds: files.filter(({ state }) => state === "ready").map(({ id }) => id),
  };
}

/** What the helpdesk takes as files. */
export function useUploadLimits() {
  return useQuery(LIMITS);
}

/** Save a file of the conversation on the person's machine. */
export async function download(file: Attachment): Promise<void> {
  const link = document.createElement("a");
  link.href = await downloadAddress(file);
  link.download = file.file_name;
  link.rel = "noopener";
  link.click();
}

function stateOf(attachment: Attachment | null): Upload {
  if (attachment && ["uploaded", "clean", "unchecked"].includes(attachment.state)) {
    return { state: "ready", share: 1, problem: null };
  }
  const problem = attachment?.state === "rejected"
    ? new HelpdeskError({ message: "", details: "helpdesk.attachment_rejected", code: attachment.reason ?? "" })
    : interrupted();
  return { state: "failed", share: 0, problem };
}

function interrupted(): HelpdeskError {
  return new HelpdeskError({ message: "", details: "helpdesk.attachment_not_ready" });
}
