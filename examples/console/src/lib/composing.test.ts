import { expect, it } from "vitest";
import { hasMention, insertAt } from "./composing.ts";

it.each([
  ["@bo could you look?", true],
  ["Could you look, @Bo?", true],
  ["(@Łukasz knows)", true],
  ["Write to ana@example.com", false],
  ["3 @ 5 EUR", false],
  ["", false],
])("%s mentions somebody: %s", (text, expected) => expect(hasMention(text)).toBe(expected));

it("inserts in place of the selection", () => {
  expect(insertAt("Hello world", 6, 11, "Ana")).toEqual({ text: "Hello Ana", caret: 9 });
  expect(insertAt("", 0, 0, "Hi")).toEqual({ text: "Hi", caret: 2 });
});
