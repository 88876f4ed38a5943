// @vitest-environment jsdom
import { expect, test, vi } from "vitest";
import { clashes, effective, mayRun, type Shortcut, ShortcutRegistry } from "./shortcuts.ts";

const shortcut = (keys: string, id = keys): Shortcut => ({ id, keys, label: id, group: "", run: () => {} });

test("a part's shortcuts are there as long as the part, and win over earlier ones", () => {
  const registry = new ShortcutRegistry(), listener = vi.fn();
  registry.subscribe(listener);
  registry.add([shortcut("r", "page")]);
  const leave = registry.add([shortcut("r", "pane")]);
  expect(effective(registry.list()).map(({ id }) => id)).toEqual(["pane"]);
  leave();
  expect(effective(registry.list()).map(({ id }) => id)).toEqual(["page"]);
  expect(listener).toHaveBeenCalledTimes(3);
});

test("what is off is not among those that work", () => {
  expect(effective([{ ...shortcut("r"), when: false }])).toEqual([]);
});

test("of shortcuts with the same keys that of the highest layer works", () => {
  const many = { ...shortcut("s", "many"), layer: 1 };
  expect(effective([many, shortcut("s", "one")])).toEqual([many]);
  expect(effective([{ ...many, when: false }, shortcut("s", "one")]).map(({ id }) => id)).toEqual(["one"]);
});

test("sequences come before single keys", () => {
  expect(effective([shortcut("q"), shortcut("j"), shortcut("g q")]).map(({ keys }) => keys)).toEqual(["g q", "q", "j"]);
});

test.each([
  ["the same keys", [shortcut("r", "a"), shortcut("r", "b")], ["a and b: r"]],
  ["the beginning of a sequence", [shortcut("g q"), shortcut("g")], ["g q and g: g"]],
  ["another layer", [shortcut("r", "a"), { ...shortcut("r", "b"), layer: 1 }], []],
  ["one that is off", [shortcut("r", "a"), { ...shortcut("r", "b"), when: false }], []],
  ["sequences that end alike", [shortcut("q"), shortcut("g q"), shortcut("g d")], []],
])("clashes: %s", (_, given, found) => {
  expect(clashes(given)).toEqual(found);
});

function pressed(tag: string, role?: string): KeyboardEvent {
  const element = document.createElement(tag);
  if (role) element.setAttribute("role", role);
  document.body.append(element);
  let seen: KeyboardEvent | undefined;
  element.addEventListener("keydown", (event) => seen = event);
  element.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
  return seen!;
}

test("keys act again as soon as a window closes, and still not in its fields", () => {
  const event = pressed("div", "dialog");
  const window = event.target as Element;
  window.setAttribute("data-closed", "");
  expect(mayRun("r", event, true)).toBe(true);
  const within = pressed("input");
  window.append(within.target as Element);
  expect(mayRun("r", within, true)).toBe(false);
});

test("a checkbox that has the focus takes no letters, and its own keys", () => {
  const box = pressed("input");
  (box.target as HTMLInputElement).type = "checkbox";
  expect(["x", "j", "Escape", "Enter", "Space"].map((keys) => mayRun(keys, box, true))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  ["r", "div", undefined, true, true],
  ["r", "input", undefined, true, false],
  ["r", "textarea", undefined, true, false],
  ["r", "div", "dialog", true, false],
  ["r", "div", undefined, false, false],
  ["$mod+k", "input", undefined, false, true],
  ["Escape", "input", undefined, true, true],
  ["Enter", "button", undefined, true, false],
  ["Enter", "div", undefined, false, true],
])("%s in <%s role=%s> with single keys %s: %s", (keys, tag, role, singleKeys, expected) => {
  expect(mayRun(keys, pressed(tag, role), singleKeys)).toBe(expected);
});
