/** A key, or keys one after the other, that do something on the page. */
export type Shortcut = {
  id: string;
  /** As tinykeys writes them: `j`, `g q`, `$mod+k`, `Shift+J`, `?`. */
  keys: string;
  /** What it does, in the person's language. */
  label: string;
  /** The heading in the cheat sheet. */
  group: string;
  run(): void;
  /** False: at this moment it is neither run nor shown. */
  when?: boolean;
  /** Of shortcuts with the same keys that of the highest layer works; 0 by default. */
  layer?: number;
};

/** The shortcuts of all parts of the page, in the order in which the parts came. */
export class ShortcutRegistry {
  #parts = new Map<symbol, readonly Shortcut[]>();
  #all: readonly Shortcut[] = [];
  #listeners = new Set<() => void>();

  /** Add the shortcuts of a part; the result takes them away. */
  add(shortcuts: readonly Shortcut[]): () => void {
    const part = Symbol("part");
    this.#parts.set(part, shortcuts);
    this.#publish();
    return () => {
      this.#parts.delete(part);
      this.#publish();
    };
  }

  list = (): readonly Shortcut[] => this.#all;

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #publish(): void {
    this.#all = [...this.#parts.values()].flat();
    for (const listener of this.#listeners) listener();
  }
}

/** Where letters are text, as a CSS selector. A checkbox takes none. */
export const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** Whether keys are letters alone, which must not act while somebody types. */
export function isSingle(keys: string): boolean {
  return !/\$mod|Control|Alt|Meta/.test(keys) && keys !== "Escape";
}

/** Whether the keys of an event may act: single letters do nothing in fields and windows, or when switched off. */
export function mayRun(keys: string, event: KeyboardEvent, singleKeys: boolean): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  if (!isSingle(keys)) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (
    target?.closest(
      // What closes at the moment still has the focus.
      `${FIELDS}, :is([role=dialog], [role=alertdialog], [role=menu], [role=listbox]):not([data-closed])`,
    )
  ) {
    return false;
  }
  // Enter and space belong to a button, a link or a checkbox that has the focus.
  if ((keys === "Enter" || keys === "Space") && target?.closest("button, a, summary, input")) return false;
  return singleKeys || /^(Enter|Arrow\w+|Home|End)$/.test(keys);
}

/**
 * The shortcuts that work now: of several with the same keys that of the highest layer, then the last. Sequences come
 * first: the last key of `g q` is no `q`.
 */
export function effective(shortcuts: readonly Shortcut[]): Shortcut[] {
  const chosen = new Map<string, Shortcut>();
  for (const one of shortcuts) {
    const other = chosen.get(one.keys);
    if (one.when !== false && layerOf(one) >= (other ? layerOf(other) : 0)) chosen.set(one.keys, one);
  }
  return [...chosen.values()].sort((one, other) => lengthOf(other) - lengthOf(one));
}

/** Keys that two shortcuts of one layer have at the same time, or that begin a longer sequence: one never works. */
export function clashes(shortcuts: readonly Shortcut[]): string[] {
  const working = shortcuts.filter(({ when }) => when !== false);
  return working.flatMap((one, index) =>
    working.slice(index + 1).flatMap((other) => {
      if (layerOf(one) !== layerOf(other)) return [];
      const [short, long] = lengthOf(one) <= lengthOf(other) ? [one.keys, other.keys] : [other.keys, one.keys];
      return long === short || long.startsWith(`${short} `) ? [`${one.id} and ${other.id}: ${short}`] : [];
    })
  );
}

function layerOf({ layer = 0 }: Shortcut): number {
  return layer;
}

function lengthOf({ keys }: Shortcut): number {
  return keys.split(" ").length;
}
