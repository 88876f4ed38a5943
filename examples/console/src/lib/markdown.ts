const DEEPEST = 30;
/** What opens a level of Markdown before the first letter of a line: quotes, list marks, indentation. */
const OPENING = /^[\s>*+-]*(?:\d{1,9}[.)][\s>*+-]*)*/;
/** What a parser compares with what came before: its time grows with the square of their number. */
const MARKS = /[[\]*_~`<&|\\@]/g;

/** Whether a parser needs seconds for a text: it nests deeper than anybody writes, or is made of marks. */
export function isTooComplex(text: string, maxMarks: number): boolean {
  if (text.length > maxMarks && (text.match(MARKS)?.length ?? 0) > maxMarks) return true;
  for (const line of text.split("\n")) {
    const opening = OPENING.exec(line.slice(0, 2000))?.[0] ?? "";
    const levels = opening.replaceAll(/\d|\s/g, "").length;
    // A line of dashes is a rule, not a list in a list.
    if (levels > DEEPEST && !/^[\s-]*$|^[\s*]*$/.test(line)) return true;
    if (levels > 0 && opening.length - levels > 2 * DEEPEST) return true;
  }
  return false;
}

/** The first characters of a text, without half of a character at the end. */
export function startOf(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
