import type { Status } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

export type NewReply = {
  id: string;
  ticketId: string;
  body: string;
  /** The newest message that was on the screen; null when there was none. */
  seen: string | null;
  /** null: the database decides, see send_reply(). */
  status: Status | null;
  files: string[];
};

/** Send a reply to the requester. Repeat it with the same id: there is one message. */
export async function sendReply(reply: NewReply): Promise<void> {
  await call(
    client().rpc("send_reply", {
      ticket_id: reply.ticketId,
      body: reply.body,
      message_id: reply.id,
      expected_last_message: reply.seen ?? undefined,
      status: reply.status ?? undefined,
      attachments: reply.files.length > 0 ? reply.files : undefined,
    }),
  );
}

/** Whether a message of this id was stored: the answer to a request may have been lost. */
export async function wasSent(messageId: string): Promise<boolean> {
  const rows = await call(client().from("messages").select("message_id").eq("message_id", messageId));
  return rows.length > 0;
}

/** Replace a message's text for good. */
export async function redactMessage(messageId: string): Promise<void> {
  await call(client().rpc("redact_message", { message_id: messageId }));
}
