import { useEffect, useState } from "react";
import { listDrafts } from "../lib/drafts.ts";

/** How many drafts a person has on this device; null while they are counted. */
export function useDraftCount(userId: string): number | null {
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    let isCurrent = true;
    listDrafts(userId).then((drafts) => isCurrent && setCount(drafts.length));
    return () => {
      isCurrent = false;
    };
  }, [userId]);
  return count;
}
