import type { QueryKey } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PacedRefresh } from "./pacedRefresh.ts";
import { keys } from "./queryKeys.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const read: string[] = [];
  const paced = new PacedRefresh((key: QueryKey) => read.push(String(key[0])));
  return { paced, read, times: (kind: string) => read.filter((one) => one === kind).length };
}

test("a list is read at once after a quiet time, and four times a second while events come", () => {
  const { paced, times } = start();
  paced.ask(keys.lists());
  vi.advanceTimersByTime(1);
  expect(times("tickets")).toBe(1);
  for (let event = 0; event < 100; event++) {
    paced.ask(keys.lists());
    vi.advanceTimersByTime(10);
  }
  expect(times("tickets")).toBeLessThanOrEqual(5);
  vi.advanceTimersByTime(250);
  paced.ask(keys.lists());
  vi.advanceTimersByTime(250);
  expect(times("tickets")).toBeGreaterThanOrEqual(5);
});

test("numbers follow within a second, and every other second while events come; the last event counts", () => {
  const { paced, times } = start();
  paced.ask(keys.counts());
  vi.advanceTimersByTime(1_000);
  expect(times("counts")).toBe(1);
  for (let event = 0; event < 100; event++) {
    paced.ask(keys.counts());
    vi.advanceTimersByTime(100);
  }
  expect(times("counts")).toBeGreaterThanOrEqual(5);
  expect(times("counts")).toBeLessThanOrEqual(6);
  const before = times("counts");
  paced.ask(keys.counts());
  vi.advanceTimersByTime(2_000);
  expect(times("counts")).toBe(before + 1);
});

test("marks in the navigation are read at most every 30 seconds, and the last event counts", () => {
  const { paced, times } = start();
  paced.ask(keys.trouble());
  vi.advanceTimersByTime(3_000);
  expect(times("trouble")).toBe(1);
  for (let second = 0; second < 90; second++) {
    paced.ask(keys.trouble());
    vi.advanceTimersByTime(1_000);
  }
  expect(times("trouble")).toBeLessThanOrEqual(4);
  vi.advanceTimersByTime(30_000);
  const before = times("trouble");
  paced.ask(keys.trouble());
  vi.advanceTimersByTime(30_000);
  expect(times("trouble")).toBe(before + 1);
});

test("numbers do not wait for lists, nor lists for numbers; nothing is read after the end", () => {
  const { paced, read } = start();
  paced.ask(keys.counts());
  vi.advanceTimersByTime(1_000);
  paced.ask(keys.counts());
  paced.ask(keys.lists());
  vi.advanceTimersByTime(1);
  expect(read).toEqual(["counts", "tickets"]);
  paced.stop();
  vi.advanceTimersByTime(10_000);
  expect(read).toEqual(["counts", "tickets"]);
});
