import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { tinykeys } from "tinykeys";
import { clashes, effective, FIELDS, mayRun, type Shortcut, ShortcutRegistry } from "../lib/shortcuts.ts";
import { usePreferences } from "./PreferencesContext.tsx";

const Context = createContext<ShortcutRegistry | null>(null);

/** One registry of shortcuts feeds the keys, the command palette and the cheat sheet. */
export function ShortcutProvider({ children }: { children: ReactNode }) {
  const [registry] = useState(() => new ShortcutRegistry());
  const { singleKeys } = usePreferences();
  const shortcuts = useSyncExternalStore(registry.subscribe, registry.list);
  useEffect(() => {
    for (const clash of clashes(shortcuts)) console.warn(`Two shortcuts have the same keys: ${clash}`);
  }, [shortcuts]);
  // Before the paint: keys work as soon as their button is seen.
  useLayoutEffect(() => {
    let unbind = bind(registry.list(), singleKeys);
    const stop = registry.subscribe(() => {
      unbind();
      unbind = bind(registry.list(), singleKeys);
    });
    return () => {
      stop();
      unbind();
    };
  }, [registry, singleKeys]);
  return <Context value={registry}>{children}</Context>;
}

function bind(shortcuts: readonly Shortcut[], singleKeys: boolean): () => void {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const shortcut of effective(shortcuts)) {
    bindings[shortcut.keys] = (event) => {
      if (!mayRun(shortcut.keys, event, singleKeys)) return;
      event.preventDefault();
      shortcut.run();
    };
  }
  return tinykeys(globalThis as unknown as Window, bindings, { ignore: isTyped });
}

/** What somebody types into a field is no shortcut; with Ctrl or ⌘ it is not typed. */
function isTyped(event: KeyboardEvent): boolean {
  if (event.repeat || event.isComposing) return true;
  const isInField = event.target instanceof Element && event.target.closest(FIELDS) !== null;
  return isInField && !event.ctrlKey && !event.metaKey;
}

/**
 * Shortcuts as long as the component is there. `keys` as tinykeys writes them: `j`, `g q`, `$mod+k`, `Shift+J`, `?`.
 * One with `when: false` is neither run nor shown.
 */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = useRegistry();
  const newest = useRef(shortcuts);
  useLayoutEffect(() => {
    newest.current = shortcuts;
  });
  // As text: the same shortcuts are no change, although their functions are new at each drawing.
  const described = JSON.stringify(shortcuts.map(({ run: _, ...rest }) => rest));
  useLayoutEffect(() => {
    const given = JSON.parse(described) as Omit<Shortcut, "run">[];
    return registry.add(given.map((shortcut, index) => ({ ...shortcut, run: () => newest.current[index]?.run() })));
  }, [registry, described]);
}

/** All shortcuts of the page as it is now. */
export function useAllShortcuts(): readonly Shortcut[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.list);
}

function useRegistry(): ShortcutRegistry {
  const value = useContext(Context);
  if (!value) throw new Error("useShortcuts() needs a ShortcutProvider");
  return value;
}
