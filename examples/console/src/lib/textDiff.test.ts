import { expect, test } from "vitest";
import { diffOf } from "./textDiff.ts";

test("a change shows with the lines beside it", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const after = lines.with(10, "new line");
  expect(diffOf(lines.join("\n"), after.join("\n")).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    "same: …",
    "same: line 8",
    "same: line 9",
    "removed: line 10",
    "added: new line",
    "same: line 11",
    "same: line 12",
    "same: …",
  ]);
});

test("equal texts have no changes", () => {
  expect(diffOf("one\ntwo", "one\ntwo").every(({ kind }) => kind === "same")).toBe(true);
});
