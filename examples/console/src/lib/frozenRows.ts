/** A row of a list that does not jump: `isGone` when the newest reading no longer has it. */
export type FrozenRow<Item> = { id: string; item: Item; isGone: boolean };
export type FrozenRows<Item> = { rows: FrozenRow<Item>[]; newer: number };

/**
 * The rows on the screen after a new reading. Rows keep their places: changed ones show what they are now, those that
 * have left the list are marked, those that came are counted in `newer`, and those behind the last one are appended.
 */
export function freeze<Item>(
  shown: readonly FrozenRow<Item>[],
  fresh: readonly Item[],
  idOf: (item: Item) => string,
): FrozenRows<Item> {
  // The rows before a page that came behind them stay as they are: in a list of 100,000, all others cost a frame.
  if (shown.every(({ item, isGone }, at) => item === fresh[at] && !isGone)) {
    return { rows: shown.concat(thaw(fresh.slice(shown.length), idOf)), newer: 0 };
  }
  const byId = new Map(fresh.map((item) => [idOf(item), item]));
  const known = new Set(shown.map(({ id }) => id));
  const rows = shown.map((row) => {
    const item = byId.get(row.id);
    return item === undefined ? { ...row, isGone: true } : { id: row.id, item, isGone: false };
  });
  const lastKnown = fresh.findLastIndex((item) => known.has(idOf(item)));
  const behind = lastKnown < 0 ? [] : fresh.slice(lastKnown + 1);
  const newer = fresh.length - behind.length - fresh.filter((item) => known.has(idOf(item))).length;
  return { rows: [...rows, ...thaw(behind, idOf)], newer };
}

/** The list as it was read. */
export function thaw<Item>(fresh: readonly Item[], idOf: (item: Item) => string): FrozenRow<Item>[] {
  return fresh.map((item) => ({ id: idOf(item), item, isGone: false }));
}
