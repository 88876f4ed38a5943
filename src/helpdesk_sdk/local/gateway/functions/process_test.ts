import { assertEquals } from "../testing.ts";
import { reasonOf, waitUntilListening } from "./process.ts";

/** A process that listens or ends at a time, in milliseconds, and a clock that only moves when somebody sleeps. */
function simulated(listensAt: number, endsAt: number) {
  let now = 0;
  const process = {
    get alive() {
      return now < endsAt;
    },
    listens: () => Promise.resolve(now >= listensAt),
  };
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
  return { process, clock, elapsed: () => now };
}

Deno.test("a function may take a minute to start, as long as its process lives", async () => {
  const { process, clock } = simulated(60_000, Infinity);
  assertEquals(await waitUntilListening(process, clock), "listening");
});

Deno.test("a process that ends is reported at once", async () => {
  const { process, clock, elapsed } = simulated(60_000, 1000);
  assertEquals([await waitUntilListening(process, clock), elapsed()], ["ended", 1000]);
});

Deno.test("a process that never listens is given up", async () => {
  const { process, clock, elapsed } = simulated(Infinity, Infinity);
  assertEquals([await waitUntilListening(process, clock), elapsed()], ["timeout", 120_000]);
});

Deno.test("the reason is the last error that Deno printed, or else the last line", () => {
  assertEquals(reasonOf("error: first\nerror: second\n    at file.ts:1:1\n"), "error: second");
  assertEquals(reasonOf("one\ntwo\n\n"), "two");
  assertEquals(reasonOf(""), "it printed no reason");
});
