import { useEffect, useState } from "react";
import { toHelpdeskError } from "../lib/errors.ts";
import type { Attachment } from "../lib/models.ts";
import { pictureAddress } from "../services/attachments.ts";

/** Kinds that a browser draws and never runs: SVG is not among them. */
const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const LARGEST = 5 * 1024 * 1024;

/** The picture of this name that may be shown in its place: checked, or of a helpdesk without checks, and not large. */
export function findPicture(files: readonly Attachment[], name: string): Attachment | undefined {
  return files.find((file) =>
    file.file_name === name && KINDS.includes(file.content_type) && file.size <= LARGEST &&
    (file.state === "clean" || file.state === "unchecked")
  );
}

/** A picture in its place: its address, for a minute, or why it cannot be had. Both null: it is on its way. */
export type PictureAddress = { address: string | null; problem: string | null };

export function usePicture({ ticket_id, attachment_id }: Attachment): PictureAddress {
  const [found, setFound] = useState<PictureAddress>({ address: null, problem: null });
  useEffect(() => {
    let isCurrent = true;
    pictureAddress({ ticket_id, attachment_id }).then(
      (address) => isCurrent && setFound({ address, problem: null }),
      (thrown) => isCurrent && setFound({ address: null, problem: toHelpdeskError(thrown).message }),
    );
    return () => void (isCurrent = false);
  }, [ticket_id, attachment_id]);
  return found;
}
