import { type ReactNode, useMemo, useState } from "react";
import { findPicture, usePicture } from "../../hooks/usePicture.ts";
import type { Attachment } from "../../lib/models.ts";
import { Pictures } from "../Shared/index.ts";

/** Texts inside show the pictures among these files where they name them: `![plan](attachment:plan.png)`. */
export function InlinePictures({ files, children }: { files: Attachment[]; children: ReactNode }) {
  const draw = useMemo(() => (name: string) => {
    const file = findPicture(files, name);
    return file ? <Picture key={file.attachment_id} file={file} /> : null;
  }, [files]);
  return <Pictures value={draw}>{children}</Pictures>;
}

/** Its height is the same before and after it is there: what is below does not jump. */
function Picture({ file }: { file: Attachment }) {
  const address = usePicture(file);
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <span className="text-muted" dir="auto">[{file.file_name}]</span>;
  return (
    <span className="my-1 block h-60 max-w-full">
      {address && (
        <img
          src={address}
          alt={file.file_name}
          referrerPolicy="no-referrer"
          onError={() => setBroken(true)}
          className="h-full max-w-full rounded-md border border-line object-contain"
        />
      )}
    </span>
  );
}
