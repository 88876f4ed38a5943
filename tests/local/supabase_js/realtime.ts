/**
 * Channels through supabase-js. The program on the other end of stdin and stdout holds the database: it is asked, one
 * line of JSON at a time, to broadcast or to break the connection, and answers when that is done. The first line in is
 * the task; the last line out is what was seen.
 */

import { createClient, type RealtimeChannel, type SupabaseClient } from "@supabase/supabase-js";

interface Task {
  url: string;
  key: string;
  room: string;
  public_room: string;
  writer: string;
  reader: string;
  stranger: string;
}

type Message = Record<string, unknown>;

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
let unread = "";

async function readLine(): Promise<string> {
  while (!unread.includes("\n")) {
    const { value, done } = await lines.read();
    if (done) throw new Error("nobody answers");
    unread += value;
  }
  const end = unread.indexOf("\n");
  const line = unread.slice(0, end);
  unread = unread.slice(end + 1);
  return line;
}

/** Have something done in the database. */
async function please(request: Message): Promise<void> {
  console.log(JSON.stringify(request));
  await readLine();
}

/** Values that are waited for, in order. */
class Queue<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  put(value: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(value);
    else this.#values.push(value);
  }

  async next(): Promise<T> {
    if (this.#values.length) return this.#values.shift()!;
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#waiting.push(resolve);
    const { promise: late, reject } = Promise.withResolvers<never>();
    // Made here, where it is still known who waits.
    const nothing = new Error("nothing came");
    const timer = setTimeout(() => reject(nothing), 15_000);
    return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  get length(): number {
    return this.#values.length;
  }
}

interface Listening {
  channel: RealtimeChannel;
  heard: Queue<Message>;
  states: Queue<string>;
}

async function clientOf(task: Task, token?: string): Promise<SupabaseClient> {
  const options = token ? { accessToken: () => Promise.resolve(token) } : {};
  const realtime = { reconnectAfterMs: () => 50, timeout: 8000 };
  const client = createClient(task.url, task.key, { ...options, realtime });
  await client.realtime.setAuth();
  return client;
}

/** Bytes as numbers: the line that is printed in the end is JSON. */
function shown(message: Message): Message {
  const payload = message.payload;
  return payload instanceof ArrayBuffer ? { ...message, payload: [...new Uint8Array(payload)] } : message;
}

function listen(channel: RealtimeChannel): Listening {
  const heard = new Queue<Message>();
  const states = new Queue<string>();
  channel.on("broadcast", { event: "*" }, (message) => heard.put(shown(message)));
  channel.subscribe((state, error) => states.put(error ? `${state} ${error.message}` : state));
  return { channel, heard, states };
}

async function talk(task: Task, one: SupabaseClient, two: SupabaseClient, seen: Message): Promise<Listening> {
  const config = { private: true, broadcast: { ack: true, self: true } };
  const reader = listen(two.channel(task.room, { config: { private: true } }));
  const writer = listen(one.channel(task.room, { config }));
  seen.joined = [await reader.states.next(), await writer.states.next()];

  await please({ send: { n: 1 } });
  seen.from_database = [await reader.heard.next(), await writer.heard.next()];
  await please({ send: { text: "ü".repeat(6000) } });
  seen.large = ((await reader.heard.next()).payload as { text: string }).text.length;
  await writer.heard.next();

  const send = (payload: unknown) => writer.channel.send({ type: "broadcast", event: "hällo", payload });
  seen.sent = [await send({ n: 2 }), await send(new Uint8Array([0, 255, 7]).buffer)];
  seen.from_client = [await reader.heard.next(), await reader.heard.next()];
  seen.to_self = [await writer.heard.next(), await writer.heard.next()];

  await writer.channel.httpSend("posted", { n: 3 });
  await writer.channel.httpSend("posted", new Uint8Array([1, 2]));
  seen.posted = [await reader.heard.next(), await reader.heard.next()];
  seen.may_not_post = await reader.channel.httpSend("posted", {}).catch((error: Error) => error.message);
  seen.unheard = reader.heard.length;
  return reader;
}

async function present(task: Task, one: SupabaseClient, two: SupabaseClient, seen: Message): Promise<void> {
  const join = (client: SupabaseClient, key: string) =>
    client.channel(`${task.room}:here`, { config: { private: true, presence: { key, enabled: true } } });
  const happened = new Queue<string>();
  const watching = join(two, "watcher");
  watching.on("presence", { event: "join" }, ({ key, newPresences }) => {
    happened.put(`join ${key} ${newPresences.map((one) => one.state)}`);
  }).on("presence", { event: "leave" }, ({ key }) => happened.put(`leave ${key}`));
  const watcher = listen(watching);
  const typist = listen(join(one, "typist"));
  await watcher.states.next();
  await typist.states.next();
  seen.tracked = [await typist.channel.track({ state: "viewing" }), await typist.channel.track({ state: "typing" })];
  seen.happened = [await happened.next(), await happened.next(), await happened.next()];
  seen.here = Object.entries(watcher.channel.presenceState()).map(([key, metas]) => [
    key,
    metas.map((meta) => (meta as Message).state),
  ]);
  seen.may_not_track = await watcher.channel.track({});
  seen.untracked = await typist.channel.untrack();
  seen.gone = await happened.next();
  await Promise.all([one.removeChannel(typist.channel), two.removeChannel(watcher.channel)]);
}

async function main(task: Task): Promise<Message> {
  const seen: Message = {};
  const one = await clientOf(task, task.writer);
  const two = await clientOf(task, task.reader);
  const reader = await talk(task, one, two, seen);
  seen.version = new URL(one.realtime.endpointURL()).searchParams.get("vsn");
  await present(task, one, two, seen);

  const other = await clientOf(task, task.stranger);
  const refused = listen(other.channel(task.room, { config: { private: true } }));
  seen.refused = await refused.states.next();
  await other.removeAllChannels();

  // Not joined: it goes over HTTP.
  const nobody = await clientOf(task);
  const audience = listen(nobody.channel(task.public_room));
  await audience.states.next();
  console.warn = () => {};
  const speaker = (await clientOf(task)).channel(task.public_room);
  seen.without_joining = await speaker.send({ type: "broadcast", event: "hello", payload: { n: 4 } });
  seen.in_public = await audience.heard.next();
  await nobody.removeAllChannels();

  await please({ break: true });
  let state = "";
  const states: string[] = [];
  while (state !== "SUBSCRIBED") states.push(state = await reader.states.next());
  seen.came_back = states.map((state) => state.split(" ")[0]);
  await please({ send: { n: 5 } });
  seen.after = await reader.heard.next();

  seen.left = [await two.removeChannel(reader.channel), await reader.states.next()];
  await Promise.all([one.removeAllChannels(), two.removeAllChannels()]);
  return seen;
}

const task: Task = JSON.parse(await readLine());
console.log(JSON.stringify({ seen: await main(task) }));
Deno.exit(0);
