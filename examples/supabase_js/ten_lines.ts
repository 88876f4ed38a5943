/**
 * The helpdesk from TypeScript, with supabase-js only.
 *
 *   export HELPDESK_URL=… HELPDESK_KEY=… HELPDESK_EMAIL=… HELPDESK_PASSWORD=…
 *   deno run --allow-env --allow-net ten_lines.ts
 */

import { createClient } from "@supabase/supabase-js";

const [url, key, email, password] = ["URL", "KEY", "EMAIL", "PASSWORD"].map((name) =>
  Deno.env.get(`HELPDESK_${name}`)!
);
const helpdesk = createClient(url!, key!, { db: { schema: "helpdesk" }, auth: { autoRefreshToken: false } });
const { error: signInError } = await helpdesk.auth.signInWithPassword({ email: email!, password: password! });
if (signInError) throw signInError;

// We make the id: if the response is lost, the same call can be made again, and there is one ticket.
const ticket_id = crypto.randomUUID();
await helpdesk.rpc("create_ticket", { ticket_id, title: "Parcel is lost", description: "It says delivered." })
  .throwOnError();
const { data: reply, error } = await helpdesk.rpc("send_reply", {
  ticket_id,
  body: "The neighbours have not seen it.",
});
// Refusals have a code, a reason (helpdesk.conversation_moved, …), a sentence and a way out.
console.log(error ? [error.code, error.details, error.message, error.hint] : reply.body);
const { data: mine } = await helpdesk.from("my_tickets").select("number, title, status").order("created_at")
  .throwOnError();
console.table(mine);
await helpdesk.auth.signOut({ scope: "local" });
