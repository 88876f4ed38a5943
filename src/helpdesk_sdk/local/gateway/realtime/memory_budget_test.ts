import { Backlog } from "./memory_budget.ts";
import { equal } from "../testing.ts";

function holders(backlog: Backlog, ...names: string[]) {
  const gone: string[] = [];
  const made = names.map((name) => ({
    giveUp() {
      gone.push(name);
      backlog.forget(this);
    },
  }));
  return { made, gone };
}

Deno.test("who holds most goes first, and no more than have to", () => {
  const backlog = new Backlog(100);
  const { made: [a, b, c], gone } = holders(backlog, "a", "b", "c");
  backlog.add(a!, 30);
  backlog.add(b!, 45);
  backlog.add(c!, 25);
  equal(gone, []);
  backlog.add(a!, 10);
  equal(gone, ["b"]);
  backlog.add(c!, 35);
  equal(gone, ["b"]);
  backlog.add(c!, 1);
  equal(gone, ["b", "c"]);
});

Deno.test("what is let go of makes room; what comes late about one that has gone does not", () => {
  const backlog = new Backlog(100);
  const { made: [a, b], gone } = holders(backlog, "a", "b");
  backlog.add(a!, 90);
  backlog.release(a!, 80);
  backlog.add(b!, 90);
  equal(gone, []);
  backlog.forget(b!);
  backlog.release(b!, 90);
  backlog.add(a!, 90);
  equal(gone, []);
  backlog.add(a!, 1);
  equal(gone, ["a"]);
});

Deno.test("what several sockets wait for is there once, and until the last of them has it", () => {
  const backlog = new Backlog(1000);
  const { made: [a, b], gone } = holders(backlog, "a", "b");
  const load = { waiting: 0 };
  const last = {
    giveUp: () => {
      gone.push("last");
      backlog.letGo(last, 800, load);
    },
  };
  for (const one of [a!, b!, last]) backlog.keep(one, 800, load);
  equal(gone, []);
  backlog.letGo(a!, 800, load);
  backlog.letGo(b!, 800, load);
  equal(load.waiting, 1);
  backlog.keep(a!, 200, { waiting: 0 });
  equal([gone, load.waiting], [["last"], 0]);
  backlog.keep(b!, 600, { waiting: 0 });
  equal(gone, ["last"]);
});
