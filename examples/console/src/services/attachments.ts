import { HelpdeskError } from "../lib/errors.ts";
import type { Attachment } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

const BUCKET = "helpdesk-attachments";

export type NewFile = { id: string; ticketId: string; placement: "message" | "note"; file: File };

/** Announce a file, upload it, and have it checked. Repeat it with the same id after an interruption. */
export async function uploadFile({ id, ticketId, placement, file }: NewFile): Promise<Attachment> {
  const contentType = file.type || "text/plain";
  await call(
    client().rpc("reserve_attachment", {
      ticket_id: ticketId,
      file_name: file.name,
      content_type: contentType,
      size: file.size,
      placement,
      attachment_id: id,
    }),
  );
  const { error } = await client().storage.from(BUCKET).upload(pathOf(ticketId, id), file, { contentType });
  if (error && !/duplicate|already exists/i.test(error.message)) {
    throw new HelpdeskError({ message: error.message, status: Number("status" in error ? error.status : 0) || 0 });
  }
  const uploaded = await call(client().rpc("finish_attachment", { attachment_id: id })) as Attachment;
  // Where this function is not deployed, a worker checks the file a little later.
  if (uploaded.state === "uploaded") {
    void client().functions.invoke("check-attachment", { body: { attachment_id: id } });
  }
  return uploaded;
}

export async function readAttachment(id: string): Promise<Attachment | null> {
  return await client().from("attachments").select().eq("attachment_id", id).maybeSingle()
    .then(({ data, error }) => {
      if (error) throw new HelpdeskError(error);
      return data as Attachment | null;
    });
}

export async function deleteAttachment(id: string): Promise<void> {
  await call(client().rpc("delete_attachment", { attachment_id: id }));
}

/** The files of a ticket and of the tickets merged into it, in their order. */
export async function listAttachments(ticketIds: string[]): Promise<Attachment[]> {
  const query = client().from("attachments").select().in("ticket_id", ticketIds).neq("state", "reserved");
  return await call(query.order("sequence").limit(1000)) as Attachment[];
}

/** An address for one download, for a minute. The browser saves the file; it never shows it. */
export async function downloadAddress(file: Attachment): Promise<string> {
  const path = pathOf(file.ticket_id, file.attachment_id);
  const { data, error } = await client().storage.from(BUCKET).createSignedUrl(path, 60, { download: file.file_name });
  if (error) throw new HelpdeskError({ message: error.message });
  return data.signedUrl;
}

function pathOf(ticketId: string, id: string): string {
  return `tickets/${ticketId}/${id}`;
}
