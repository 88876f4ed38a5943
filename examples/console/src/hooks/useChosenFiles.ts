import { useCallback, useEffect, useMemo, useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import type { Draft, DraftFile } from "../lib/drafts.ts";
import { newId } from "../lib/ids.ts";
import { dropFile, keepFile, type KeptFile, moveFiles, readKeptFiles } from "../lib/keptFiles.ts";
import { chooseFiles, type Refusal } from "../lib/uploads.ts";
import { uploadRequestFiles } from "./useRequestFiles.ts";
import { useUploadLimits } from "./useUploads.ts";

type Change = (changes: (before: Draft) => Partial<Draft>) => void;

/** The files of a form whose ticket is not there yet: kept on this device with the draft, and uploaded afterwards. */
export function useChosenFiles(place: string, draft: Draft, change: Change) {
  const { me } = useAuth();
  const userId = me?.user_id ?? "";
  const at = useMemo(() => ({ userId, place }), [userId, place]);
  const { data: limits } = useUploadLimits();
  const [contents, setContents] = useState<ReadonlyMap<string, File>>(new Map());
  const [refused, setRefused] = useState<Refusal[]>([]);
  const listed = draft.files;
  const hasUnknown = listed.some(({ id }) => !contents.has(id));
  useEffect(() => {
    if (!hasUnknown) return;
    let isCurrent = true;
    void readKeptFiles(at).then((kept) => {
      if (!isCurrent) return;
      setContents((before) => new Map([...kept.map(({ id, file }) => [id, file] as const), ...before]));
      // What this device could not keep is not in the list either.
      const known = new Set(kept.map(({ id }) => id));
      change((before) => ({ files: before.files.filter(({ id }) => known.has(id) || contents.has(id)) }));
    });
    return () => {
      isCurrent = false;
    };
  }, [hasUnknown, at, change, contents]);

  const add = (chosen: readonly File[]) => {
    if (!limits) return;
    const { taken, refused } = chooseFiles(chosen, draft.files.length, limits);
    const added = taken.map((file): KeptFile => ({ file, id: newId() }));
    for (const one of added) void keepFile(at, one);
    setContents((before) => new Map([...before, ...added.map(({ id, file }) => [id, file] as const)]));
    const entries = added.map(({ id, file }): DraftFile => ({ id, name: file.name, size: file.size }));
    change((before) => ({ files: [...before.files, ...entries] }));
    setRefused(refused);
  };
  const remove = useCallback((id: string) => {
    void dropFile(at, id);
    change((before) => ({ files: before.files.filter((file) => file.id !== id) }));
  }, [at, change]);
  /** The ticket is there: upload its files. */
  const upload = async (ticketId: string) => {
    const files = listed.flatMap(({ id }) => {
      const file = contents.get(id);
      return file ? [{ id, file }] : [];
    });
    await moveFiles(at, ticketId);
    uploadRequestFiles({ userId, place: ticketId }, ticketId, files);
  };
  return { files: listed, refused, limits: limits ?? null, add, remove, upload };
}
