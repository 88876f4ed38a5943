/**
 * What happens in the helpdesk, as far as you may see it: each event once, in order, as it happens, from any cursor.
 * With supabase-js and nothing of ours.
 *
 *   export HELPDESK_URL=… HELPDESK_KEY=… HELPDESK_EMAIL=… HELPDESK_PASSWORD=…
 *   deno run --allow-env --allow-net follow.ts            # from now on
 *   deno run --allow-env --allow-net follow.ts 745.12     # what came after that one, and then what comes
 */

import { createClient, type RealtimeChannel } from "@supabase/supabase-js";

const [url, key, email, password] = ["URL", "KEY", "EMAIL", "PASSWORD"].map((name) =>
  Deno.env.get(`HELPDESK_${name}`)!
);
const helpdesk = createClient(url!, key!, { db: { schema: "helpdesk" } });
const { error: stranger } = await helpdesk.auth.signInWithPassword({ email: email!, password: password! });
if (stranger) throw stranger;

type Answer<T> = PromiseLike<{ data: T; error: { message: string } | null; status: number }>;

/** What the database answers. What passes (no connection, a restart, too many requests) is waited for. */
async function ask<T>(question: () => Answer<T>): Promise<NonNullable<T>> {
  for (let pause = 1_000;; pause = Math.min(2 * pause, 15_000)) {
    const { data, error, status } = await question();
    if (!error) return data!;
    if (status > 0 && status < 500 && status !== 429) throw error;
    console.error(`waiting: ${error.message}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The channels on which somebody hears of everything that they may see. */
async function topics(): Promise<Set<string>> {
  const me = await ask(() => helpdesk.rpc("whoami"));
  if (me.role === "admin") return new Set(["helpdesk:admin"]);
  const mine = await ask(() => helpdesk.from("team_members").select("team_id").eq("user_id", me.user_id));
  return new Set([`helpdesk:user:${me.user_id}`, ...mine.map((row) => `helpdesk:team:${row.team_id}`)]);
}

/** Whether one cursor, <transaction>.<event>, is behind another: by number, not as text. */
function isLater(cursor: string, than: string): boolean {
  const [xid, id] = cursor.split(".").map(BigInt), [otherXid, otherId] = than.split(".").map(BigInt);
  return xid! > otherXid! || (xid === otherXid && id! > otherId!);
}

/** A channel only wakes. Every event comes from the log, so that none is lost with a connection and none comes twice. */
async function* follow(cursor: string) {
  const channels = new Map<string, RealtimeChannel>();
  let announced = cursor, moved = true;
  let wake = Promise.withResolvers<void>();

  function listen(topic: string): RealtimeChannel {
    return helpdesk.channel(topic, { config: { private: true } })
      .on("broadcast", { event: "*" }, ({ payload }) => {
        if (isLater(payload.cursor, announced)) announced = payload.cursor;
        moved ||= payload.ticket_id === null; // a role or a team, perhaps one's own
        wake.resolve();
      })
      .subscribe((status, error) => { // joined again: what happened meanwhile is in the log
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
    const events = await ask(() => helpdesk.rpc("events_since", { after: cursor, max_rows: 500 }));
    for (const event of events) {
      yield event;
      cursor = event.cursor;
    }
    if (events.length > 0) continue;
    // An announced event is held back while an older transaction is open: ask again soon, otherwise now and then.
    const head: string = await ask(() => helpdesk.rpc("events_head"));
    const timer = Promise.withResolvers<void>();
    const pause = setTimeout(timer.resolve, isLater(announced, head) ? 100 : 15_000);
    await Promise.race([wake.promise, timer.promise]);
    clearTimeout(pause);
  }
}

const start: string = Deno.args[0] ?? await ask(() => helpdesk.rpc("events_head"));
console.log(`following from ${start}`);
for await (const event of follow(start)) {
  console.log(event.cursor, event.type, event.ticket_number ?? "", event.actor_name);
}
