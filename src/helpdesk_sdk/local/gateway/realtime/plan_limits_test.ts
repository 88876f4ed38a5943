import { CallWindow, fits, PLANS, Rate } from "./plan_limits.ts";
import { equal } from "../testing.ts";

Deno.test("a rate is the average of the last sixty seconds", () => {
  let now = 1_000_000;
  const rate = new Rate(() => now);
  rate.add(600);
  equal(rate.perSecond(), 10);
  now += 30_000;
  rate.add(300);
  equal(rate.perSecond(), 15);
  now += 30_000;
  equal(rate.perSecond(), 5);
  now += 30_000;
  equal(rate.perSecond(), 0);
});

Deno.test("a rate forgets everything in a long pause", () => {
  let now = 12_345;
  const rate = new Rate(() => now);
  for (let i = 0; i < 100; i++, now += 1000) rate.add();
  equal(rate.perSecond() > 0.9 && rate.perSecond() <= 1, true);
  now += 3_600_000;
  equal(rate.perSecond(), 0);
});

Deno.test("a window admits its calls, then none until it is over", () => {
  let now = 0;
  const calls = new CallWindow(5, () => now);
  equal(Array.from({ length: 6 }, () => calls.take()), [true, true, true, true, true, false]);
  now += 30_000;
  equal(calls.take(), false);
  now += 1;
  equal(calls.take(), true);
});

Deno.test("without a plan only the payload has a limit", () => {
  const { payload, joinErrorDelay, connectErrorDelay, ...limits } = PLANS.none;
  equal([payload, joinErrorDelay, connectErrorDelay], [3000, 0, 0]);
  for (const [name, limit] of Object.entries(limits)) equal(limit === Infinity, true, name);
});

Deno.test("a payload may have its kilobytes and a little more", () => {
  equal([256_500, 256_501].map((bytes) => fits(PLANS.free, bytes)), [true, false]);
  equal([3_000_500, 3_000_501].map((bytes) => fits(PLANS.none, bytes)), [true, false]);
});
