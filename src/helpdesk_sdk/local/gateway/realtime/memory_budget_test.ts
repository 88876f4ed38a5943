import { MemoryBudget } from "./memory_budget.ts";
import { assertEquals } from "../testing.ts";

function holders(memory: MemoryBudget, ...names: string[]) {
  const gone: string[] = [];
  const made = names.map((name) => ({
    evict() {
      gone.push(name);
      memory.forget(this);
    },
  }));
  return { made, gone };
}

Deno.test("the largest holders are evicted, and no more than necessary", () => {
  const memory = new MemoryBudget(100);
  const { made: [a, b, c], gone } = holders(memory, "a", "b", "c");
  memory.add(a!, 30);
  memory.add(b!, 45);
  memory.add(c!, 25);
  assertEquals(gone, []);
  memory.add(a!, 10);
  assertEquals(gone, ["b"]);
  memory.add(c!, 35);
  assertEquals(gone, ["b"]);
  memory.add(c!, 1);
  assertEquals(gone, ["b", "c"]);
});

Deno.test("released bytes make room; a release after eviction does not", () => {
  const memory = new MemoryBudget(100);
  const { made: [a, b], gone } = holders(memory, "a", "b");
  memory.add(a!, 90);
  memory.release(a!, 80);
  memory.add(b!, 90);
  assertEquals(gone, []);
  memory.forget(b!);
  memory.release(b!, 90);
  memory.add(a!, 90);
  assertEquals(gone, []);
  memory.add(a!, 1);
  assertEquals(gone, ["a"]);
});

Deno.test("a shared frame counts once, until the last socket has sent it", () => {
  const memory = new MemoryBudget(1000);
  const { made: [a, b], gone } = holders(memory, "a", "b");
  const pending = { waiting: 0 };
  const last = {
    evict: () => {
      gone.push("last");
      memory.releaseFrame(last, 800, pending);
    },
  };
  for (const one of [a!, b!, last]) memory.addFrame(one, 800, pending);
  assertEquals(gone, []);
  memory.releaseFrame(a!, 800, pending);
  memory.releaseFrame(b!, 800, pending);
  assertEquals(pending.waiting, 1);
  memory.addFrame(a!, 200, { waiting: 0 });
  assertEquals([gone, pending.waiting], [["last"], 0]);
  memory.addFrame(b!, 600, { waiting: 0 });
  assertEquals(gone, ["last"]);
});
