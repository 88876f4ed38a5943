import { useEffect, useState } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import { listDrafts, watchDrafts } from "../lib/drafts.ts";

const NONE: ReadonlySet<string> = new Set();

/** The tickets for which the person has written something on this device that is not sent. */
export function useDraftMarks(): ReadonlySet<string> {
  const { me } = useAuth();
  const userId = me?.user_id ?? "";
  const [marked, setMarked] = useState(NONE);
  useEffect(() => {
    let isCurrent = true;
    const read = async () => {
      const found = new Set((await listDrafts(userId)).map(({ ticketId }) => ticketId));
      if (!isCurrent) return;
      setMarked((before) => found.size === before.size && [...found].every((id) => before.has(id)) ? before : found);
    };
    void read();
    const stop = watchDrafts(() => void read());
    // Another tab may have written or sent something.
    const onFocus = () => void read();
    addEventListener("focus", onFocus);
    return () => {
      isCurrent = false;
      stop();
      removeEventListener("focus", onFocus);
    };
  }, [userId]);
  return marked;
}
