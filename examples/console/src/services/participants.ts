import type { Participant } from "../lib/participants.ts";
import { call, client } from "./supabase.ts";

/** Who takes part in a ticket by mail besides its requester. */
export async function listParticipants(ticketId: string): Promise<Participant[]> {
  const query = client().from("ticket_participants").select().eq("ticket_id", ticketId);
  return await call(query.order("created_at").order("address").limit(100)) as Participant[];
}

export async function addParticipant(ticketId: string, address: string): Promise<void> {
  await call(client().from("ticket_participants").insert({ ticket_id: ticketId, address }).select("address"));
}

/** Whether public replies are mailed to a participant. */
export async function setCopies(ticketId: string, address: string, receives_copies: boolean): Promise<void> {
  const query = client().from("ticket_participants").update({ receives_copies }).eq("ticket_id", ticketId);
  await call(query.eq("address", address).select("address"));
}

export async function removeParticipant(ticketId: string, address: string): Promise<void> {
  const query = client().from("ticket_participants").delete().eq("ticket_id", ticketId);
  await call(query.eq("address", address).select("address"));
}
