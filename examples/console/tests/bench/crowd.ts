/** Agents without a browser, each with the console's own way to follow the log: a socket, a cursor, reads of the log. */
import { createClient } from "@supabase/supabase-js";
import type { EventPage } from "../../src/lib/events.ts";
import { Follower } from "../../src/lib/follower.ts";
import { newSession } from "../e2e/api.ts";
import type { Person, World } from "../e2e/world.ts";

/** Let many sessions of an agent follow the queue of Support; returns how they all leave. */
export async function crowd(world: World, agent: Person, many: number): Promise<() => void> {
  const followers: Follower[] = [];
  const clients: { realtime: { disconnect(): unknown } }[] = [];
  let joined = 0;
  for (let number = 0; number < many; number++) {
    const { access_token } = await newSession(world, agent);
    const options = { db: { schema: "helpdesk" as const }, accessToken: () => Promise.resolve(access_token) };
    const client = createClient(world.url, world.key, options);
    const follower = new Follower({
      readHead: async () => (await client.rpc("events_head")).data as string,
      readPage: async (after) => (await client.rpc("events_page", { after, max_rows: 500 })).data as EventPage,
      join(topic, onAnnouncement, onState) {
        const channel = client.channel(topic, { config: { private: true } })
          .on("broadcast", { event: "*" }, ({ payload }) => onAnnouncement(payload))
          .subscribe((status) => {
            if (status === "SUBSCRIBED") joined++;
            onState(status === "SUBSCRIBED");
          });
        return () => void client.removeChannel(channel);
      },
      isHidden: () => false,
      onEvents() {},
      onAnnouncedOnly() {},
      onReturn() {},
      onGap() {},
      onAccessChanged() {},
      onState() {},
    });
    follower.setTopics([`helpdesk:team:${world.teams.Support}`]);
    followers.push(follower);
    clients.push(client);
  }
  const end = Date.now() + 60_000;
  while (joined < many && Date.now() < end) await new Promise((done) => setTimeout(done, 50));
  return () => {
    for (const follower of followers) follower.stop();
    for (const client of clients) client.realtime.disconnect();
  };
}

/** The same in a program of its own: who writes, and measures, does not wait for what these agents do. */
export async function crowdApart(many: number): Promise<() => Promise<void>> {
  const file = new URL("follow.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--quiet", "--no-check", file, String(many)];
  const program = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const output = program.stdout.getReader();
  await output.read(); // it says that all have joined
  return async () => {
    await program.stdin.close();
    await output.cancel();
    await program.status;
  };
}
