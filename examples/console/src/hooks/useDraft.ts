import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import {
  type Draft,
  type DraftKind,
  DraftStorageError,
  leaveDraft,
  mergeDraft,
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
 * What is written while the kept draft is still read (`isRead` is false) goes behind it; nothing can be sent until then.
 * `problem` says that this browser keeps no drafts, or has no room.
 */
export function useDraft(ticketId: string, kind: DraftKind) {
  const { me } = useAuth();
  const userId = me?.user_id ?? "";
  const key = useMemo(() => ({ userId, ticketId, kind }), [userId, ticketId, kind]);
  const [{ draft, isRead }, setShown] = useState(() => ({ draft: newDraft(), isRead: false }));
  const [problem, setProblem] = useState<DraftStorageError | null>(null);
  const latest = useRef(draft);
  /** What was written before the draft was read; null afterwards. */
  const early = useRef<{ written: Partial<Draft> } | null>({ written: {} });
  const unsaved = useRef<Draft | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    const saved = unsaved.current;
    unsaved.current = null;
    if (saved) writeDraft(key, saved).then(() => setProblem(null), setProblem);
  }, [key]);

  const show = useCallback((shown: Draft) => {
    latest.current = shown;
    setShown({ draft: shown, isRead: early.current === null });
  }, []);
  const keep = useCallback((changed: Draft) => {
    unsaved.current = changed;
    clearTimeout(timer.current);
    timer.current = setTimeout(save, PAUSE);
  }, [save]);

  useEffect(() => {
    let isCurrent = true, isFinished = false;
    const isOther = early.current === null;
    const typed = early.current ??= { written: {} };
    if (isOther) show(newDraft());
    const first = latest.current;
    readDraft(key)
      .catch((thrown: DraftStorageError) => {
        if (isCurrent) setProblem(thrown);
        return null;
      })
      .then((found) => {
        const read = mergeDraft(found && !isFinished ? found : first, typed.written);
        const isWritten = Object.keys(typed.written).length > 0;
        if (!isCurrent) return isWritten ? writeDraft(key, read).catch(() => {}) : undefined;
        early.current = null;
        show(read);
        if (isWritten) keep(read);
      });
    const stop = onDraftFinished((name) => {
      if (name !== nameOf(key)) return;
      isFinished = true;
      typed.written = {};
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
      early.current = null;
      stop();
      save();
      removeEventListener("pagehide", onLeave);
      document.removeEventListener("visibilitychange", onHide);
    };
  }, [key, save, show, keep]);

  const change = useCallback((changes: Partial<Draft> | ((before: Draft) => Partial<Draft>)) => {
    const before = latest.current;
    const changed = { ...typeof changes === "function" ? changes(before) : changes, savedAt: Date.now() };
    const after = { ...before, ...changed };
    show(after);
    if (early.current) Object.assign(early.current.written, changed);
    else keep(after);
  }, [show, keep]);

  return { key, draft, isRead, change, save, problem };
}
