import { MAX_RUNNING, MAX_RUNNING_PER_OWNER, QueryQueue } from "./query_queue.ts";
import { assertEquals } from "../testing.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Queries that run until the test ends them, and the order in which they began. */
class Desk {
  readonly queries = new QueryQueue();
  readonly begun: string[] = [];
  readonly #ends: (() => void)[] = [];

  ask(name: string, owner: object, signal = new AbortController().signal): Promise<void> {
    return this.queries.run({ owner, signal }, () => {
      this.begun.push(name);
      return new Promise<void>((resolve) => this.#ends.push(resolve));
    });
  }

  async finishOne(): Promise<void> {
    this.#ends.shift()?.();
    await soon();
  }
}

Deno.test("one owner cannot use all places, and owners take turns", async () => {
  const [desk, greedy, second, third] = [new Desk(), {}, {}, {}];
  for (let n = 0; n < 6; n++) void desk.ask(`greedy ${n}`, greedy);
  for (let n = 0; n < 4; n++) void desk.ask(`second ${n}`, second);
  void desk.ask("third", third);
  assertEquals(desk.begun, ["greedy 0", "greedy 1", "second 0", "second 1"]);
  assertEquals(desk.begun.length, MAX_RUNNING);
  for (let n = 0; n < 11; n++) await desk.finishOne();
  assertEquals(desk.begun.slice(4), ["greedy 2", "third", "second 2", "greedy 3", "second 3", "greedy 4", "greedy 5"]);
});

Deno.test("a single owner is limited to its own places", async () => {
  const [desk, owner] = [new Desk(), {}];
  for (let n = 0; n < 5; n++) void desk.ask(String(n), owner);
  assertEquals(desk.begun.length, MAX_RUNNING_PER_OWNER);
  for (let n = 0; n < 5; n++) await desk.finishOne();
  assertEquals(desk.begun, ["0", "1", "2", "3", "4"]);
});

Deno.test("an aborted query does not run and is removed at once", async () => {
  const [desk, owner, gone] = [new Desk(), {}, new AbortController()];
  const reason = new Error("gone");
  for (let n = 0; n < MAX_RUNNING_PER_OWNER; n++) void desk.ask("first", owner);
  const waiting = Array.from({ length: 1000 }, () => desk.ask("gone", owner, gone.signal));
  void desk.ask("last", owner);
  gone.abort(reason);
  const late = desk.ask("late", owner, gone.signal);
  for (const one of await Promise.allSettled([...waiting, late])) {
    assertEquals((one as PromiseRejectedResult).reason === reason, true);
  }
  await desk.finishOne();
  assertEquals(desk.begun, ["first", "first", "last"]);
});

Deno.test("a failed query makes room too", async () => {
  const [queries, signal, owner] = [new QueryQueue(), new AbortController().signal, {}];
  const failing = () => queries.run({ owner, signal }, () => Promise.reject(new Error("on purpose")));
  const settled = await Promise.allSettled(Array.from({ length: 9 }, failing));
  assertEquals(settled.map((one) => one.status), Array(9).fill("rejected"));
  assertEquals(await queries.run({ owner, signal }, () => Promise.resolve(1)), 1);
});
