/** The few assertions that the gateway's own tests need. */

export function assertEquals(actual: unknown, expected: unknown, what = ""): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what} expected ${right}, got ${left}`);
}

export function assert(value: unknown, what: string): void {
  if (!value) throw new Error(what);
}
