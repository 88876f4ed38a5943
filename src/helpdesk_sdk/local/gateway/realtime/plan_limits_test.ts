import { CallWindow, fitsPlan, PLANS, Rate } from "./plan_limits.ts";
import { assertEquals } from "../testing.ts";

Deno.test("a rate is the average of the last sixty seconds", () => {
  let now = 1_000_000;
  const rate = new Rate(() => now);
  rate.add(600);
  assertEquals(rate.perSecond(), 10);
  now += 30_000;
  rate.add(300);
  assertEquals(rate.perSecond(), 15);
  now += 30_000;
  assertEquals(rate.perSecond(), 5);
  now += 30_000;
  assertEquals(rate.perSecond(), 0);
});

Deno.test("a rate is zero after a long pause", () => {
  let now = 12_345;
  const rate = new Rate(() => now);
  for (let i = 0; i < 100; i++, now += 1000) rate.add();
  assertEquals(rate.perSecond() > 0.9 && rate.perSecond() <= 1, true);
  now += 3_600_000;
  assertEquals(rate.perSecond(), 0);
});

Deno.test("a window admits its calls, then none until it ends", () => {
  let now = 0;
  const calls = new CallWindow(5, () => now);
  assertEquals(Array.from({ length: 6 }, () => calls.tryCall()), [true, true, true, true, true, false]);
  now += 30_000;
  assertEquals(calls.tryCall(), false);
  now += 1;
  assertEquals(calls.tryCall(), true);
});

Deno.test("without a plan only the payload is limited", () => {
  const { payload, joinErrorDelay, connectErrorDelay, ...limits } = PLANS.none;
  assertEquals([payload, joinErrorDelay, connectErrorDelay], [3000, 0, 0]);
  for (const [name, limit] of Object.entries(limits)) assertEquals(limit === Infinity, true, name);
});

Deno.test("a payload may exceed its kilobytes by 500 bytes", () => {
  assertEquals([256_500, 256_501].map((bytes) => fitsPlan(PLANS.free, bytes)), [true, false]);
  assertEquals([3_000_500, 3_000_501].map((bytes) => fitsPlan(PLANS.none, bytes)), [true, false]);
});
