/**
 * What happens in the helpdesk, as far as you may see it: each event once, in order, as it happens, from any cursor.
 * With supabase-js and nothing of ours.
 *
 *   export HELPDESK_URL=… HELPDESK_KEY=… HELPDESK_EMAIL=… HELPDESK_PASSWORD=…
 *   deno run --allow-env --allow-net follow.ts            # from now on
 *   deno run --allow-env --allow-net follow.ts 745.12     # what came after that one, and then what comes
 */

import { createClient } from "@supabase/supabase-js";

const [url, key, email, password] = ["URL", "KEY", "EMAIL", "PASSWORD"].map((name) =>
  Deno.env.get(`HELPDESK_${name}`)!
);
const helpdesk = createClient(url!, key!, { db: { schema: "helpdesk" } });
const { error: stranger } = await helpdesk.auth.signInWithPassword({ email: email!, password: password! });
if (stranger) throw stranger;

/** The channels on which somebody hears of everything that they may see. */
async function topics(): Promise<string[]> {
  const { data: me } = await helpdesk.rpc("whoami").throwOnError();
  if (me.role === "admin") return ["helpdesk:admin"];
  const { data: mine } = await helpdesk.from("team_members").select("team_id").eq("user_id", me.user_id).throwOnError();
  return [`helpdesk:user:${me.user_id}`, ...mine.map((row) => `helpdesk:team:${row.team_id}`)];
}

/** Whether one cursor, <transaction>.<event>, is behind another: by number, not as text. */
function isLater(cursor: string, than: string): boolean {
  const [xid, id] = cursor.split(".").map(BigInt), [otherXid, otherId] = than.split(".").map(BigInt);
  return xid! > otherXid! || (xid === otherXid && id! > otherId!);
}

/** A channel only wakes. Every event comes from the log, so that none is lost with a connection and none comes twice. */
async function* follow(cursor: string) {
  let announced = cursor;
  let wake = Promise.withResolvers<void>();
  for (const topic of await topics()) {
    helpdesk.channel(topic, { config: { private: true } })
      .on("broadcast", { event: "*" }, ({ payload }) => {
        if (isLater(payload.cursor, announced)) announced = payload.cursor;
        wake.resolve();
      })
      .subscribe(() => wake.resolve()); // joined, or joined again: what happened meanwhile is in the log
  }
  while (true) {
    wake = Promise.withResolvers<void>();
    const { data: events } = await helpdesk.rpc("events_since", { after: cursor, max_rows: 500 }).throwOnError();
    for (const event of events) {
      yield event;
      cursor = event.cursor;
    }
    if (events.length > 0) continue;
    // An announced event is held back while an older transaction is open: ask again soon, otherwise now and then.
    const { data: head } = await helpdesk.rpc("events_head").throwOnError();
    const timer = Promise.withResolvers<void>();
    const pause = setTimeout(timer.resolve, isLater(announced, head) ? 100 : 15_000);
    await Promise.race([wake.promise, timer.promise]);
    clearTimeout(pause);
  }
}

const start = Deno.args[0] ?? (await helpdesk.rpc("events_head").throwOnError()).data;
console.log(`following from ${start}`);
for await (const event of follow(start)) {
  console.log(event.cursor, event.type, event.ticket_number ?? "", event.actor_name);
}
