import { expect, test } from "vitest";
import { matchCommands } from "./commands.ts";

const commands = ["Go to tickets", "Take next ticket", "Übersicht"].map((label) => ({ label }));

test.each([
  ["", ["Go to tickets", "Take next ticket", "Übersicht"]],
  ["tick", ["Go to tickets", "Take next ticket"]],
  ["take", ["Take next ticket"]],
  ["ticket next", ["Take next ticket"]],
  ["ubers", ["Übersicht"]],
  ["none", []],
])("%j finds %j", (words, labels) => {
  expect(matchCommands(words, commands).map(({ label }) => label)).toEqual(labels);
});
