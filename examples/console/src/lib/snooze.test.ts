import { expect, it } from "vitest";
import { snoozeUntil } from "./snooze.ts";

const local = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute);

it.each(
  [
    // The 29th of November 2026 is a Sunday.
    ["later", local(29, 10, 15), local(29, 13, 15)],
    ["tomorrow", local(29, 23, 59), local(30, 9)],
    ["tomorrow", local(30, 0, 1), new Date(2026, 11, 1, 9)],
    ["nextWeek", local(29, 12), local(30, 9)],
    ["nextWeek", local(30, 8), new Date(2026, 11, 7, 9)],
    ["nextWeek", local(28, 8), local(30, 9)],
  ] as const,
)("%s from %s is %s", (choice, now, expected) => expect(snoozeUntil(choice, now)).toEqual(expected));
