import { call, client } from "./supabase.ts";

export type NewNote = { id: string; ticketId: string; body: string; files: string[] };

/** Add an internal note. Repeat it with the same id: there is one note. */
export async function addNote(note: NewNote): Promise<void> {
  await call(
    client().rpc("add_note", {
      ticket_id: note.ticketId,
      body: note.body,
      note_id: note.id,
      attachments: note.files.length > 0 ? note.files : undefined,
    }),
  );
}
