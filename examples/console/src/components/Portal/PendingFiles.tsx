import { useRequestFiles } from "../../hooks/useRequestFiles.ts";
import { UploadList } from "../Conversation/UploadList.tsx";

/** Files of a new request that are still on their way. */
export function PendingFiles({ ticketId }: { ticketId: string }) {
  const { files, remove, retry } = useRequestFiles(ticketId);
  if (files.length === 0) return null;
  return (
    <div className="ms-auto">
      <UploadList uploads={{ files, remove, retry }} />
    </div>
  );
}
