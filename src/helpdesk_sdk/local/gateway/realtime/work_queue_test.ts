import { MOST_WAITING, type Space, Turns, type Worker } from "./work_queue.ts";
import { equal } from "../testing.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));
const never = new Promise<void>(() => {});

/** Room for a hundred bytes. */
class Shelf implements Space {
  held = 0;

  hold(bytes: number): boolean {
    if (this.held + bytes > 100) return false;
    this.held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}

class Log implements Worker<number> {
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

Deno.test("what can be done at once is done at once, and takes no room", () => {
  const [log, shelf] = [new Log(), new Shelf()];
  const turns = new Turns(log, shelf);
  turns.take(1, 1000);
  turns.take(2, 1000);
  equal([log.done, log.overflows, shelf.held], [[1, 2], 0, 0]);
});

Deno.test("what waits keeps its order, whatever fails before it", async () => {
  const failing = Promise.withResolvers<void>();
  const log = new Log((n) => {
    if (n === 1) return failing.promise;
    if (n === 3) throw new Error("the third");
    if (n === 4) return soon().then(() => {});
  });
  const shelf = new Shelf();
  const turns = new Turns(log, shelf);
  for (const n of [1, 2, 3, 4, 5]) turns.take(n, 10);
  equal([log.done, shelf.held], [[], 50]);
  failing.reject(new Error("the first"));
  for (let n = 0; n < 3; n++) await soon();
  turns.take(6, 10);
  equal(log.done, [2, 4, 5, 6]);
  equal(log.failures, ["the first", "the third"]);
  equal(shelf.held, 0);
});

Deno.test("there is room for so many and no more", () => {
  const log = new Log(() => never);
  const turns = new Turns(log, new Shelf());
  for (let n = 0; n <= MOST_WAITING + 2; n++) turns.take(n, 0);
  equal(log.overflows, 2);
});

Deno.test("there is room for so many bytes, what is worked on included", () => {
  const [log, shelf] = [new Log(() => never), new Shelf()];
  const turns = new Turns(log, shelf);
  for (let n = 0; n < 5; n++) turns.take(n, 30);
  equal([log.overflows, shelf.held], [2, 90]);
  const other = new Turns(log, shelf);
  other.take(1, 30);
  equal([log.overflows, shelf.held], [3, 90]);
});

Deno.test("what has ended takes nothing, and lets go of what waits", async () => {
  const first = Promise.withResolvers<void>();
  const [log, shelf] = [new Log((n) => n === 1 ? first.promise : undefined), new Shelf()];
  const turns = new Turns(log, shelf);
  for (const n of [1, 2, 3]) turns.take(n, 10);
  turns.end();
  turns.take(4, 10);
  equal(shelf.held, 10);
  first.resolve();
  await soon();
  equal([log.done, shelf.held], [[1], 0]);
});
