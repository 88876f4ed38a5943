import type { UploadLimits } from "../lib/uploads.ts";
import { call, client } from "./supabase.ts";

/** What the helpdesk takes as files. */
export async function readUploadLimits(): Promise<UploadLimits> {
  const row = await call(client().from("settings").select().single());
  return {
    maxFiles: row.attachment_max_per_message,
    maxBytes: row.attachment_max_bytes,
    types: row.attachment_types,
  };
}
