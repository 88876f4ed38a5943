import { MOST_WAITING, Turns } from "./realtime_turns.ts";
import { equal } from "./testing.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("what can be done at once is done at once", () => {
  const done: number[] = [];
  const turns = new Turns<number>((n) => void done.push(n), () => {}, () => {});
  turns.take(1);
  turns.take(2);
  equal(done, [1, 2]);
});

Deno.test("what waits keeps its order, whatever fails before it", async () => {
  const done: number[] = [];
  const failures: string[] = [];
  const failing = Promise.withResolvers<void>();
  const turns = new Turns<number>(
    (n) => {
      if (n === 1) return failing.promise;
      if (n === 3) throw new Error("the third");
      if (n === 4) return soon().then(() => void done.push(n));
      done.push(n);
    },
    () => {},
    (error) => failures.push((error as Error).message),
  );
  for (const n of [1, 2, 3, 4, 5]) turns.take(n);
  equal(done, []);
  failing.reject(new Error("the first"));
  for (let n = 0; n < 3; n++) await soon();
  turns.take(6);
  equal(done, [2, 4, 5, 6]);
  equal(failures, ["the first", "the third"]);
});

Deno.test("there is room for so many and no more", () => {
  let refused = 0;
  const turns = new Turns<number>(() => {}, () => refused++, () => {});
  turns.waitFor(new Promise(() => {}));
  for (let n = 0; n < MOST_WAITING + 2; n++) turns.take(n);
  equal(refused, 2);
});
