import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "./clock.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

it("ticks each minute for all who listen, by one timer", () => {
  const clock = new Clock(), ticks = [vi.fn(), vi.fn()];
  const leave = ticks.map((tick) => clock.subscribe(tick));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(90_000);
  for (const tick of ticks) expect(tick).toHaveBeenCalledTimes(1);
  expect(clock.now()).toBe(60_000);
  for (const each of leave) each();
  expect(vi.getTimerCount()).toBe(0);
});

it("is at most a minute old when nobody listens", () => {
  const clock = new Clock();
  vi.setSystemTime(59_000);
  expect(clock.now()).toBe(0);
  vi.setSystemTime(3_600_000);
  expect(clock.now()).toBe(3_600_000);
});
