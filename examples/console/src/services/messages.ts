import { toHelpdeskError } from "../lib/errors.ts";
import type { InsertedProposal, Status } from "../lib/models.ts";
import { acceptProposal } from "./proposals.ts";
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
  /** The assistant's draft that the text began with: the reply accepts it, and reports count what was edited. */
  proposal?: InsertedProposal | null;
};

/** Send a reply to the requester. Repeat it with the same id: there is one message. */
export async function sendReply(reply: NewReply): Promise<void> {
  if (reply.proposal && reply.files.length === 0 && await accepts(reply, reply.proposal)) return;
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

/** Why a draft cannot be accepted, and the reply is the person's own all the same. */
const OVER = ["proposal_expired", "proposal_decided", "proposal_not_found", "conversation_moved", "stale_revision"];

/** Send the reply by accepting the draft; false when the draft is out of date. */
async function accepts({ body, status }: NewReply, { id, isConfirmed }: InsertedProposal): Promise<boolean> {
  try {
    await acceptProposal({ id, body, status: status ?? undefined, isConfirmed });
    return true;
  } catch (thrown) {
    if (OVER.includes(toHelpdeskError(thrown).reason ?? "")) return false; // send_reply() guards the conversation
    throw thrown;
  }
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
