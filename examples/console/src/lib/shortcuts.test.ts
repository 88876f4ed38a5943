// @vitest-environment jsdom
import { expect, test, vi } from "vitest";
import { effective, mayRun, type Shortcut, ShortcutRegistry } from "./shortcuts.ts";

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

function pressed(tag: string, role?: string): KeyboardEvent {
  const element = document.createElement(tag);
  if (role) element.setAttribute("role", role);
  document.body.append(element);
  let seen: KeyboardEvent | undefined;
  element.addEventListener("keydown", (event) => seen = event);
  element.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
  return seen!;
}

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
