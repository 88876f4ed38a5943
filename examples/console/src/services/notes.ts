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

/** Whether a note of this id was stored: the answer to a request may have been lost. */
export async function wasSaved(noteId: string): Promise<boolean> {
  const rows = await call(client().from("notes").select("note_id").eq("note_id", noteId));
  return rows.length > 0;
}
