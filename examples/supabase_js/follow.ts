/**
 * The events of the helpdesk, as far as you may see them: each once, in order, as it happens, from any cursor.
 * With supabase-js only.
 *
 *   export HELPDESK_URL=… HELPDESK_KEY=… HELPDESK_EMAIL=… HELPDESK_PASSWORD=…
 *   deno run --allow-env --allow-net follow.ts            # from now on
 *   deno run --allow-env --allow-net follow.ts 745.12     # the events behind that cursor, and then all later ones
 */

import { createClient, type RealtimeChannel } from "@supabase/supabase-js";

const [url, key, email, password] = ["URL", "KEY", "EMAIL", "PASSWORD"].map((name) =>
  Deno.env.get(`HELPDESK_${name}`)!
);
const helpdesk = createClient(url!, key!, { db: { schema: "helpdesk" } });
const { error: signInError } = await helpdesk.auth.signInWithPassword({ email: email!, password: password! });
if (signInError) throw signInError;

type QueryResult<T> = PromiseLike<{ data: T; error: { message: string } | null; status: number }>;

/** The result of a query. Transient errors (no connection, a restart, too many requests) are retried. */
async function retry<T>(query: () => QueryResult<T>): Promise<NonNullable<T>> {
  for (let pause = 1_000;; pause = Math.min(2 * pause, 15_000)) {
    const { data, error, status } = await query();
    if (!error) return data!;
    if (status > 0 && status < 500 && status !== 429) throw error;
    console.error(`waiting: ${error.message}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The topics that announce every event the person may see. */
async function topics(): Promise<Set<string>> {
  const me = await retry(() => helpdesk.rpc("whoami"));
  if (me.role === "admin") return new Set(["helpdesk:admin"]);
  const mine = await retry(() => helpdesk.from("team_members").select("team_id").eq("user_id", me.user_id));
  return new Set([`helpdesk:user:${me.user_id}`, ...mine.map((row) => `helpdesk:team:${row.team_id}`)]);
}

/** Whether a cursor, <transaction>.<event>, is later than another: compared by number, not as text. */
function isLater(cursor: string, than: string): boolean {
  const [xid, id] = cursor.split(".").map(BigInt), [otherXid, otherId] = than.split(".").map(BigInt);
  return xid! > otherXid! || (xid === otherXid && id! > otherId!);
}

/** Channels only wake. Every event is read from the log, so a lost connection loses no event and repeats none. */
async function* follow(cursor: string) {
  const channels = new Map<string, RealtimeChannel>();
  let announced = cursor, moved = true;
  let wake = Promise.withResolvers<void>();

  function listen(topic: string): RealtimeChannel {
    return helpdesk.channel(topic, { config: { private: true } })
      .on("broadcast", { event: "*" }, ({ payload }) => {
        if (isLater(payload.cursor, announced)) announced = payload.cursor;
        moved ||= payload.changes_access; // a role or a team, perhaps one's own
        wake.resolve();
      })
      .subscribe((status, error) => { // joined again: the log has the events since
        if (status === "CHANNEL_ERROR") console.error(`${topic}: ${error?.message ?? "the connection is lost"}`);
        wake.resolve();
      });
  }

  while (true) {
    wake = Promise.withResolvers<void>();
    if (moved) {
      moved = false;
      const wanted = await topics();
      for (const topic of wanted) if (!channels.has(topic)) channels.set(topic, listen(topic));
      for (const [topic, channel] of channels) {
        if (!wanted.has(topic) && channels.delete(topic)) await helpdesk.removeChannel(channel);
      }
    }
    const page = await retry(() => helpdesk.rpc("events_page", { after: cursor, max_rows: 500 }));
    yield* page.items;
    cursor = page.cursor; // further than the last event: to the end of what can be read now
    if (page.more) continue;
    // While an older transaction is open, an announced event cannot be read yet: ask again soon. Otherwise rarely.
    const timer = Promise.withResolvers<void>();
    const pause = setTimeout(timer.resolve, isLater(announced, cursor) ? 100 : 15_000);
    await Promise.race([wake.promise, timer.promise]);
    clearTimeout(pause);
  }
}

const start: string = Deno.args[0] ?? await retry(() => helpdesk.rpc("events_head"));
console.log(`following from ${start}`);
for await (const event of follow(start)) {
  console.log(event.cursor, event.type, event.ticket_number ?? "", event.actor_name);
}
