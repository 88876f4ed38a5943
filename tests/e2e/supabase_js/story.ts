/**
 * The story of the demo through supabase-js, a client that knows nothing of helpdesks: what people may do is the
 * database's to say. Reads one JSON object (url, key, team, people) on stdin, writes one with what was seen on stdout.
 */

import { createClient, type PostgrestError } from "@supabase/supabase-js";

interface Person {
  email: string;
  password: string;
}

interface Task {
  url: string;
  key: string;
  team: string;
  people: Record<"mara" | "theo" | "chiara" | "ines", Person>;
}

interface Entry {
  kind: string;
  type: string | null;
}

interface Answer<T> {
  data: T | null;
  error: PostgrestError | null;
  status: number;
}

/** Somebody's own client, signed in. */
async function signIn(task: Task, person: Person) {
  const client = createClient(task.url, task.key, {
    db: { schema: "helpdesk" },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { error } = await client.auth.signInWithPassword(person);
  if (error) throw new Error(`${person.email}: ${error.message}`);
  return client;
}

/** What must have worked. */
// deno-lint-ignore no-explicit-any -- the client knows no types of this database
function got({ data, error, status }: Answer<unknown>): any {
  if (error || data === null) throw new Error(`${status} ${error?.code} ${error?.message} ${error?.details}`);
  return data;
}

/** What must have been refused. */
function refusal({ error, status }: Answer<unknown>) {
  return error && { status, code: error.code, reason: error.details, message: error.message, hint: error.hint };
}

async function main(task: Task) {
  const { people } = task;
  const mara = await signIn(task, people.mara);
  const theo = await signIn(task, people.theo);
  const chiara = await signIn(task, people.chiara);
  const ines = await signIn(task, people.ines);
  const seen: Record<string, unknown> = {};
  const ticket_id = crypto.randomUUID();

  const team = got(await mara.from("teams").select("team_id").eq("name", task.team).single());
  const opened = { ticket_id, title: "Grinder stops", description: "It hums, then nothing.", team_id: team.team_id };
  seen.created = got(await mara.rpc("create_ticket", opened));
  seen.repeated = got(await mara.rpc("create_ticket", opened));
  seen.other_content = refusal(await mara.rpc("create_ticket", { ...opened, title: "Something else" }));
  const byTable = got(await theo.from("tickets").insert({ title: "Steam wand is blocked" }).select().single());
  seen.by_table = byTable;
  seen.forged = refusal(await mara.from("tickets").insert({ title: "Refund me", created_by: byTable.created_by }));
  seen.my_list = got(await mara.from("my_tickets").select("ticket_id,status,tags").order("created_at"));

  seen.claimed = got(await chiara.rpc("claim_next_ticket", { team_id: team.team_id, claim_id: crypto.randomUUID() }));
  const first = got(await chiara.rpc("send_reply", { ticket_id, body: "Does it smell of plastic?" }));
  got(await chiara.rpc("add_note", { ticket_id, body: "Batch 41 had weak capacitors." }));
  got(await chiara.from("ticket_tags").insert({ ticket_id, tag: "batch-41" }).select());
  seen.notes = {
    staff: got(await ines.from("notes").select("body").eq("ticket_id", ticket_id)),
    customer: got(await mara.from("notes").select("*").eq("ticket_id", ticket_id)),
    stranger: got(await theo.from("notes").select("*")),
  };
  seen.tags_of_customer = got(await mara.from("my_tickets").select("tags").eq("ticket_id", ticket_id).single());

  const answer = got(await mara.rpc("send_reply", { ticket_id, body: "A little, yes." }));
  const both = [chiara, ines].map((agent, which) =>
    agent.rpc("send_reply", { ticket_id, body: `Answer ${which}`, expected_last_message: answer.message_id })
  );
  const results = await Promise.all(both);
  seen.sent = results.filter(({ error }) => !error).length;
  seen.moved = results.filter(({ error }) => error).map(refusal);
  seen.stale_reply = refusal(
    await ines.rpc("send_reply", { ticket_id, body: "Late", expected_last_message: first.message_id }),
  );
  seen.messages = got(
    await mara.from("messages").select("author_kind,author_name,body").eq("ticket_id", ticket_id).order("sequence"),
  );

  const current = got(await chiara.from("tickets").select("revision").eq("ticket_id", ticket_id).single());
  const resolve = () =>
    chiara.from("tickets").update({ status: "resolved" }).eq("ticket_id", ticket_id).eq("revision", current.revision);
  seen.resolved = got(await resolve().select("status,revision"));
  seen.stale_update = got(await resolve().select("status"));
  seen.reopened = got(
    await mara.from("tickets").update({ status: "open" }).eq("ticket_id", ticket_id).select("status").single(),
  );

  seen.denied = {
    priority: refusal(await mara.from("tickets").update({ priority: "urgent" }).eq("ticket_id", ticket_id).select()),
    note: refusal(await mara.rpc("add_note", { ticket_id, body: "psst" })),
    claim: refusal(await mara.rpc("claim_ticket", { ticket_id })),
    foreign: refusal(await theo.rpc("send_reply", { ticket_id, body: "me too" })),
    absent: refusal(await theo.rpc("send_reply", { ticket_id: crypto.randomUUID(), body: "me too" })),
    message_table: refusal(await mara.from("messages").insert({ ticket_id, body: "forged" })),
    nobody: refusal(await createClient(task.url, task.key, { db: { schema: "helpdesk" } }).from("tickets").select()),
  };
  seen.foreign_rows = got(await theo.from("tickets").select("ticket_id").eq("ticket_id", ticket_id));
  const timeline = async (who: typeof mara) =>
    got(await who.rpc("ticket_timeline", { ticket_id })).map((entry: Entry) => entry.type ?? entry.kind);
  seen.timeline = { staff: await timeline(chiara), customer: await timeline(mara) };
  await Promise.all([mara, theo, chiara, ines].map((client) => client.auth.signOut({ scope: "local" })));
  return seen;
}

const task: Task = await new Response(Deno.stdin.readable).json();
console.log(JSON.stringify(await main(task)));
