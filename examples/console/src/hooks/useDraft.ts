import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import {
  type Draft,
  type DraftKind,
  DraftStorageError,
  leaveDraft,
  nameOf,
  newDraft,
  onDraftFinished,
  readDraft,
  writeDraft,
} from "../lib/drafts.ts";

const PAUSE = 300;

/**
 * What the person writes on a ticket, kept on this device: 300 ms after the last key, and when the page goes.
 *
 * `draft` is null while it is read. `problem` says that this browser keeps no drafts, or has no room.
 */
export function useDraft(ticketId: string, kind: DraftKind) {
  const { me } = useAuth();
  const userId = me?.user_id ?? "";
  const key = useMemo(() => ({ userId, ticketId, kind }), [userId, ticketId, kind]);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [problem, setProblem] = useState<DraftStorageError | null>(null);
  const latest = useRef<Draft | null>(null);
  const unsaved = useRef<Draft | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    const saved = unsaved.current;
    unsaved.current = null;
    if (saved) writeDraft(key, saved).then(() => setProblem(null), setProblem);
  }, [key]);

  const show = useCallback((shown: Draft | null) => {
    latest.current = shown;
    setDraft(shown);
  }, []);

  useEffect(() => {
    let isCurrent = true;
    show(null);
    readDraft(key)
      .catch((thrown: DraftStorageError) => {
        if (isCurrent) setProblem(thrown);
        return null;
      })
      .then((found) => isCurrent && show(found ?? newDraft()));
    const stop = onDraftFinished((name) => {
      if (name !== nameOf(key)) return;
      unsaved.current = null;
      show(newDraft());
    });
    const onHide = () => document.visibilityState === "hidden" && save();
    const onLeave = () => {
      if (unsaved.current) leaveDraft(key, unsaved.current);
      save();
    };
    addEventListener("pagehide", onLeave);
    document.addEventListener("visibilitychange", onHide);
    return () => {
      isCurrent = false;
      stop();
      save();
      removeEventListener("pagehide", onLeave);
      document.removeEventListener("visibilitychange", onHide);
    };
  }, [key, save, show]);

  const change = useCallback((changes: Partial<Draft> | ((before: Draft) => Partial<Draft>)) => {
    const before = latest.current;
    if (!before) return;
    const after = { ...before, ...typeof changes === "function" ? changes(before) : changes, savedAt: Date.now() };
    unsaved.current = after;
    show(after);
    clearTimeout(timer.current);
    timer.current = setTimeout(save, PAUSE);
  }, [save, show]);

  return { key, draft, change, save, problem };
}
