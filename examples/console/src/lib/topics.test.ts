import { expect, it } from "vitest";
import { topicsOf } from "./topics.ts";

it.each(
  [
    ["admin", ["helpdesk:admin"]],
    ["agent", ["helpdesk:user:u", "helpdesk:staff", "helpdesk:team:a", "helpdesk:team:b"]],
    ["customer", ["helpdesk:user:u"]],
  ] as const,
)("%s listens to %s", (role, topics) => {
  expect(topicsOf({ role, userId: "u", teamIds: ["b", "a"] })).toEqual(topics);
});
