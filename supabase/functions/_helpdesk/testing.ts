/** Assertions for the tests of the functions. */

export function equal(actual: unknown, expected: unknown, about = ""): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${about && `${about}: `}expected ${right}, got ${left}`);
}

/** The error that the work ends with. */
export async function failure<T extends Error>(
  kind: abstract new (...words: never[]) => T,
  work: () => Promise<unknown>,
): Promise<T> {
  try {
    await work();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
