import { useEffect, useState } from "react";
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

/** The address of a picture, for a minute: null until it is there, and when it cannot be had. */
export function usePicture({ ticket_id, attachment_id }: Attachment): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    pictureAddress({ ticket_id, attachment_id }).then((found) => isCurrent && setAddress(found), () => undefined);
    return () => void (isCurrent = false);
  }, [ticket_id, attachment_id]);
  return address;
}
