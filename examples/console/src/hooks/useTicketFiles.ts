import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "../lib/queryKeys.ts";
import type { TimelineEntry } from "../lib/timeline.ts";
import { listAttachments } from "../services/attachments.ts";

/** The files of a conversation. */
export function useTicketFiles(ticketId: string, entries: TimelineEntry[]) {
  const ids = useMemo(() => [...new Set([ticketId, ...entries.map((entry) => entry.ticketId)])].sort(), [
    ticketId,
    entries,
  ]);
  return useQuery({
    queryKey: [...keys.timeline(ticketId), "files", ids],
    queryFn: () => listAttachments(ids),
    placeholderData: (before) => before,
  });
}
