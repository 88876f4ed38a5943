import { expect, test } from "vitest";
import { extend, NO_SELECTION, toggle } from "./selection.ts";

const order = ["a", "b", "c", "d"];

test("a row is chosen and taken out again", () => {
  const chosen = toggle(NO_SELECTION, "b");
  expect([...chosen.ids]).toEqual(["b"]);
  expect([...toggle(chosen, "b").ids]).toEqual([]);
});

test("shift chooses from the anchor, in both directions", () => {
  const chosen = toggle(NO_SELECTION, "c");
  expect([...extend(chosen, order, "a").ids].sort()).toEqual(["a", "b", "c"]);
  expect([...extend(chosen, order, "d").ids].sort()).toEqual(["c", "d"]);
});

test("an anchor that has left the list is the row itself", () => {
  expect([...extend(toggle(NO_SELECTION, "gone"), order, "b").ids].sort()).toEqual(["b", "gone"]);
});
