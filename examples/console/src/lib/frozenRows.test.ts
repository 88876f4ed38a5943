import { expect, test } from "vitest";
import { freeze, thaw } from "./frozenRows.ts";

const id = (item: string) => item[0]!;
const shown = thaw(["a1", "b1", "c1"], id);
const words = (rows: ReturnType<typeof thaw<string>>) => rows.map(({ item, isGone }) => isGone ? `-${item}` : item);

test.each([
  ["nothing new", ["a1", "b1", "c1"], ["a1", "b1", "c1"], 0],
  ["a change keeps its place", ["b2", "a1", "c1"], ["a1", "b2", "c1"], 0],
  ["what left is marked", ["a1", "c1"], ["a1", "-b1", "c1"], 0],
  ["what came before is counted", ["x1", "a1", "b1", "y1", "c1"], ["a1", "b1", "c1"], 2],
  ["what comes behind is appended", ["a1", "b1", "c1", "d1"], ["a1", "b1", "c1", "d1"], 0],
  ["all are others", ["x1", "y1"], ["-a1", "-b1", "-c1"], 2],
])("%s", (_, fresh, rows, newer) => {
  const frozen = freeze(shown, fresh, id);
  expect(words(frozen.rows)).toEqual(rows);
  expect(frozen.newer).toBe(newer);
});

test("rows before what comes behind stay the same", () => {
  const { rows } = freeze(shown, ["a1", "b1", "c1", "d1"], id);
  expect(rows.slice(0, 3).every((row, at) => row === shown[at])).toBe(true);
  const gone = freeze(shown, ["a1", "c1"], id).rows;
  expect(words(freeze(gone, ["a1", "b1", "c1"], id).rows)).toEqual(["a1", "b1", "c1"]);
});

test("an empty list shows what was read", () => expect(words(freeze([], ["a1"], id).rows)).toEqual(["a1"]));
