import { type ByteBudget, MAX_WAITING, type WorkHandler, WorkQueue } from "./work_queue.ts";
import { assertEquals } from "../testing.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));
const never = new Promise<void>(() => {});

/** A budget of a hundred bytes. */
class Shelf implements ByteBudget {
  held = 0;

  reserve(bytes: number): boolean {
    if (this.held + bytes > 100) return false;
    this.held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}

class Log implements WorkHandler<number> {
  readonly done: number[] = [];
  readonly failures: string[] = [];
  overflows = 0;

  constructor(readonly work: (n: number) => Promise<void> | void = () => {}) {}

  handle(n: number): Promise<void> | void {
    const work = this.work(n);
    if (work) return work.then(() => void this.done.push(n));
    this.done.push(n);
  }

  overflow(): void {
    this.overflows++;
  }

  failed(error: unknown): void {
    this.failures.push((error as Error).message);
  }
}

Deno.test("synchronous work is handled at once and reserves no bytes", () => {
  const [log, shelf] = [new Log(), new Shelf()];
  const queue = new WorkQueue(log, shelf);
  queue.push(1, 1000);
  queue.push(2, 1000);
  assertEquals([log.done, log.overflows, shelf.held], [[1, 2], 0, 0]);
});

Deno.test("waiting items keep their order, even after failures", async () => {
  const failing = Promise.withResolvers<void>();
  const log = new Log((n) => {
    if (n === 1) return failing.promise;
    if (n === 3) throw new Error("the third");
    if (n === 4) return soon().then(() => {});
  });
  const shelf = new Shelf();
  const queue = new WorkQueue(log, shelf);
  for (const n of [1, 2, 3, 4, 5]) queue.push(n, 10);
  assertEquals([log.done, shelf.held], [[], 50]);
  failing.reject(new Error("the first"));
  for (let n = 0; n < 3; n++) await soon();
  queue.push(6, 10);
  assertEquals(log.done, [2, 4, 5, 6]);
  assertEquals(log.failures, ["the first", "the third"]);
  assertEquals(shelf.held, 0);
});

Deno.test("the number of waiting items is limited", () => {
  const log = new Log(() => never);
  const queue = new WorkQueue(log, new Shelf());
  for (let n = 0; n <= MAX_WAITING + 2; n++) queue.push(n, 0);
  assertEquals(log.overflows, 2);
});

Deno.test("the bytes are limited, including those of the current item", () => {
  const [log, shelf] = [new Log(() => never), new Shelf()];
  const queue = new WorkQueue(log, shelf);
  for (let n = 0; n < 5; n++) queue.push(n, 30);
  assertEquals([log.overflows, shelf.held], [2, 90]);
  const other = new WorkQueue(log, shelf);
  other.push(1, 30);
  assertEquals([log.overflows, shelf.held], [3, 90]);
});

Deno.test("a closed queue accepts nothing and releases the bytes of waiting items", async () => {
  const first = Promise.withResolvers<void>();
  const [log, shelf] = [new Log((n) => n === 1 ? first.promise : undefined), new Shelf()];
  const queue = new WorkQueue(log, shelf);
  for (const n of [1, 2, 3]) queue.push(n, 10);
  queue.close();
  queue.push(4, 10);
  assertEquals(shelf.held, 10);
  first.resolve();
  await soon();
  assertEquals([log.done, shelf.held], [[1], 0]);
});
