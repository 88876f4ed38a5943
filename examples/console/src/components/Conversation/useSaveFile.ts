import { download } from "../../hooks/useUploads.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { Attachment } from "../../lib/models.ts";
import { useToast } from "../Shared/index.ts";

/** Saves a file; what goes wrong is said. */
export function useSaveFile(): (file: Attachment) => void {
  const { toast } = useToast();
  return (file) => {
    download(file).catch((thrown) => toast({ kind: "danger", title: toHelpdeskError(thrown).message }));
  };
}
