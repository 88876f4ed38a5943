import { HelpdeskError } from "../lib/errors.ts";
import type { Attachment } from "../lib/models.ts";
import { call, client, connection, credentials } from "./supabase.ts";

const BUCKET = "helpdesk-attachments";
/** Waits before a check is asked for again, in ms; in all longer than the lease of a checker that died. */
const CHECK_PAUSES = [2_000, 10_000, 60_000, 120_000];

export type NewFile = {
  id: string;
  ticketId: string;
  placement: "ticket" | "message" | "note";
  file: File;
  onProgress?(share: number): void;
};

/** Announce a file, upload it, and have it checked. Repeat it with the same id after an interruption. */
export async function uploadFile(given: NewFile): Promise<Attachment | null> {
  const { id, ticketId, placement, file } = given;
  await call(
    client().rpc("reserve_attachment", {
      ticket_id: ticketId,
      file_name: file.name,
      content_type: typeOf(file),
      size: file.size,
      placement,
      attachment_id: id,
    }),
  );
  await send(given);
  await call(client().rpc("finish_attachment", { attachment_id: id }));
  return await check(id);
}

/** What has become of a file that was uploaded before a reload, which may have ended its check as well. */
export async function resumeUpload(id: string): Promise<Attachment | null> {
  const attachment = await readAttachment(id);
  return attachment?.state === "uploaded" ? await check(id) : attachment;
}

/** Have a file checked, again and again when that fails: where no worker runs, nobody else asks for it. */
async function check(id: string): Promise<Attachment | null> {
  await askForCheck(id);
  const attachment = await readAttachment(id);
  if (attachment?.state === "uploaded") void checkLater(id);
  return attachment;
}

async function checkLater(id: string): Promise<void> {
  for (const pause of CHECK_PAUSES) {
    await new Promise((done) => setTimeout(done, pause));
    await askForCheck(id);
    const attachment = await readAttachment(id).catch(() => undefined);
    if (attachment !== undefined && attachment?.state !== "uploaded") return;
  }
}

/** Ask for the check. Where its function is not deployed, a worker checks the file a little later. */
async function askForCheck(id: string): Promise<void> {
  await request("functions/v1/check-attachment", { attachment_id: id }).catch(() => null);
}

/** The upload itself. fetch() does not report its progress, so this is an XMLHttpRequest. */
async function send({ id, ticketId, file, onProgress }: NewFile): Promise<void> {
  const { url } = connection();
  const headers = await credentials();
  return await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${url}/storage/v1/object/${BUCKET}/${pathOf(ticketId, id)}`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", typeOf(file));
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded / total);
    request.onerror = () => reject(new HelpdeskError({ message: "" }));
    request.onload = () => {
      const answer = request.responseText;
      // The file has arrived before: the answer to that request was lost.
      if (request.status < 300 || /duplicate|already exists/i.test(answer)) resolve();
      else reject(new HelpdeskError({ message: messageOf(answer), status: request.status }));
    };
    request.send(file);
  });
}

function messageOf(answer: string): string {
  try {
    return String(JSON.parse(answer).message);
  } catch {
    return answer.slice(0, 200);
  }
}

function typeOf(file: File): string {
  return file.type || "text/plain";
}

async function readAttachment(id: string): Promise<Attachment | null> {
  const rows = await call(client().from("attachments").select().eq("attachment_id", id));
  return rows[0] as Attachment | undefined ?? null;
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
  const address = new URL(await pictureAddress(file));
  address.searchParams.set("download", file.file_name);
  return address.href;
}

/** An address for an image in the page, for a minute. */
export async function pictureAddress(file: Pick<Attachment, "ticket_id" | "attachment_id">): Promise<string> {
  const path = pathOf(file.ticket_id, file.attachment_id);
  const response = await request(`storage/v1/object/sign/${BUCKET}/${path}`, { expiresIn: 60 });
  const answer = await response.text();
  if (!response.ok) throw new HelpdeskError({ message: messageOf(answer), status: response.status });
  return `${connection().url}/storage/v1${JSON.parse(answer).signedURL}`;
}

async function request(path: string, body: unknown): Promise<Response> {
  const headers = { ...await credentials(), "Content-Type": "application/json" };
  return await fetch(`${connection().url}/${path}`, { method: "POST", headers, body: JSON.stringify(body) })
    .catch((thrown) => {
      throw new HelpdeskError({ message: String(thrown) });
    });
}

function pathOf(ticketId: string, id: string): string {
  return `tickets/${ticketId}/${id}`;
}
