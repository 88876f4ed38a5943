import { expect, test } from "vitest";
import { inLargestUnit } from "./durations.ts";
import { clockErrorOf, compareSchema, SCHEMA } from "./versions.ts";

test.each([
  [SCHEMA, "same"],
  ["20261122000100", "older"],
  ["20270101000000", "newer"],
])("a database at %s is %s", (version, expected) => expect(compareSchema(version)).toBe(expected));

test.each([
  [{ date: "Sun, 29 Nov 2026 12:00:00 GMT" }, "2026-11-29T15:00:00Z", 3 * 3_600_000],
  [{ date: "Sun, 29 Nov 2026 12:00:00 GMT" }, "2026-11-29T11:59:00Z", -60_000],
  [{ date: "Sun, 29 Nov 2026 12:00:00 GMT", age: "60" }, "2026-11-29T12:01:00Z", 0],
  [{}, "2026-11-29T12:00:00Z", null],
  [{ date: "yesterday" }, "2026-11-29T12:00:00Z", null],
  [{ date: "Sun, 29 Nov 2026 12:00:00 GMT", age: "x" }, "2026-11-29T12:00:00Z", null],
])("an answer with %j at %s: the clock is %s ms ahead", (headers, now, ahead) => {
  expect(clockErrorOf(new Headers(headers as Record<string, string>), Date.parse(now))).toBe(ahead);
});

test.each([
  [125_000, 2, "minute"],
  [-3 * 3_600_000, 3, "hour"],
  [80 * 60_000, 80, "minute"],
  [400 * 86_400_000, 400, "day"],
])("%s ms are %s %ss", (milliseconds, value, unit) => {
  expect(inLargestUnit(milliseconds)).toEqual({ value, unit });
});
