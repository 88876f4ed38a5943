import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Draft, DraftFile } from "../lib/drafts.ts";
import { HelpdeskError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import type { Attachment } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import { chooseFiles, type Refusal, type Upload, type UploadLimits, Uploads } from "../lib/uploads.ts";
import { deleteAttachment, downloadAddress, readAttachment, uploadFile } from "../services/attachments.ts";
import { readUploadLimits } from "../services/settings.ts";

const uploads = new Uploads();
const LIMITS = { queryKey: [...keys.settings(), "uploads"], queryFn: readUploadLimits };
const USUAL: UploadLimits = { maxFiles: 10, maxBytes: 25 * 1024 * 1024, types: null };
const WAITING: Upload = { state: "waiting", share: 0, problem: null };

export type DraftUpload = DraftFile & Upload;
type Change = (changes: (before: Draft) => Partial<Draft>) => void;

/** The files of a draft and how far each is; `add` refuses what the helpdesk does not take, and says why. */
export function useUploads(ticketId: string, placement: "message" | "note", draft: Draft | null, change: Change) {
  const queries = useQueryClient();
  const states = useSyncExternalStore(uploads.subscribe, uploads.states);
  const { data: limits } = useUploadLimits();
  const files = useMemo(
    () => (draft?.files ?? []).map((file): DraftUpload => ({ ...file, ...states.get(file.id) ?? WAITING })),
    [draft?.files, states],
  );
  // After a reload the server knows what has become of a file.
  const unknown = (draft?.files ?? []).find(({ id }) => !states.has(id))?.id;
  useEffect(() => {
    if (!unknown) return;
    readAttachment(unknown).then(
      (attachment) => uploads.remember(unknown, stateOf(attachment)),
      () => uploads.remember(unknown, { state: "failed", share: 0, problem: interrupted() }),
    );
  }, [unknown]);

  const count = draft?.files.length ?? 0;
  const add = useCallback(async (chosen: readonly File[]): Promise<Refusal[]> => {
    // Without an answer the helpdesk itself refuses what it does not take.
    const known = await queries.ensureQueryData(LIMITS).catch(() => USUAL);
    const { taken, refused } = chooseFiles(chosen, count, known);
    const added = taken.map((file) => ({ file, id: newId() }));
    for (const { file, id } of added) {
      uploads.add(id, async (onProgress) => {
        const attachment = await uploadFile({ id, ticketId, placement, file, onProgress });
        const { problem } = stateOf(attachment);
        if (problem) throw problem;
      });
    }
    const entries = added.map(({ file, id }) => ({ id, name: file.name, size: file.size }));
    if (entries.length > 0) change((before) => ({ files: [...before.files, ...entries] }));
    return refused;
  }, [queries, count, change, ticketId, placement]);

  const remove = useCallback((id: string) => {
    uploads.forget(id);
    change((before) => ({ files: before.files.filter((file) => file.id !== id) }));
    // Nobody sees it but its uploader, and it expires by itself.
    deleteAttachment(id).catch(() => {});
  }, [change]);

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
