import { MOST_AT_ONCE, MOST_PER_OWNER, Queries } from "./query_queue.ts";
import { equal } from "../testing.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Work that goes on until it is told to end, and notes when it began. */
class Desk {
  readonly queries = new Queries();
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

Deno.test("one owner does not take every place, and turns go round", async () => {
  const [desk, greedy, second, third] = [new Desk(), {}, {}, {}];
  for (let n = 0; n < 6; n++) void desk.ask(`greedy ${n}`, greedy);
  for (let n = 0; n < 4; n++) void desk.ask(`second ${n}`, second);
  void desk.ask("third", third);
  equal(desk.begun, ["greedy 0", "greedy 1", "second 0", "second 1"]);
  equal(desk.begun.length, MOST_AT_ONCE);
  for (let n = 0; n < 11; n++) await desk.finishOne();
  equal(desk.begun.slice(4), ["greedy 2", "third", "second 2", "greedy 3", "second 3", "greedy 4", "greedy 5"]);
});

Deno.test("a lonely owner has its own places only, until they are free", async () => {
  const [desk, owner] = [new Desk(), {}];
  for (let n = 0; n < 5; n++) void desk.ask(String(n), owner);
  equal(desk.begun.length, MOST_PER_OWNER);
  for (let n = 0; n < 5; n++) await desk.finishOne();
  equal(desk.begun, ["0", "1", "2", "3", "4"]);
});

Deno.test("who has gone is not asked about, and is forgotten at once", async () => {
  const [desk, owner, gone] = [new Desk(), {}, new AbortController()];
  const reason = new Error("gone");
  for (let n = 0; n < MOST_PER_OWNER; n++) void desk.ask("first", owner);
  const waiting = Array.from({ length: 1000 }, () => desk.ask("gone", owner, gone.signal));
  void desk.ask("last", owner);
  gone.abort(reason);
  const late = desk.ask("late", owner, gone.signal);
  for (const one of await Promise.allSettled([...waiting, late])) {
    equal((one as PromiseRejectedResult).reason === reason, true);
  }
  await desk.finishOne();
  equal(desk.begun, ["first", "first", "last"]);
});

Deno.test("work that fails makes room too", async () => {
  const [queries, signal, owner] = [new Queries(), new AbortController().signal, {}];
  const failing = () => queries.run({ owner, signal }, () => Promise.reject(new Error("on purpose")));
  const settled = await Promise.allSettled(Array.from({ length: 9 }, failing));
  equal(settled.map((one) => one.status), Array(9).fill("rejected"));
  equal(await queries.run({ owner, signal }, () => Promise.resolve(1)), 1);
});
