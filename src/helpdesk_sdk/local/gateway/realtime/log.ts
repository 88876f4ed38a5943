/** Lines of the log: whatever clients, and errors that quote them, put into one, it stays one line of plain text. */

const LONGEST = 1000;
/** Controls, marks of direction, halves of pairs, ends of lines: what a terminal obeys instead of showing it. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text as it may stand in a line of the log. */
export function printable(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return shown.replace(UNPRINTABLE, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}

/** Write a line: Realtime's word for what happened, and the error or the words that explain it. */
export function complain(what: string, why: unknown): void {
  // One argument: the first of several may hold placeholders.
  console.error(printable(`${what}: ${why instanceof Error && !isExpected(why) ? why.stack : String(why)}`));
}

/** Errors of the database and our own say what is wrong; for others it helps to know where they come from. */
const isExpected = (error: Error): boolean => "code" in error || "kind" in error;

/** The complaints about one client: of each kind the first, however many it gives cause for. */
export class Complaints {
  readonly #told = new Set<string>();

  tell(what: string, why: unknown): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    complain(what, why);
  }
}
