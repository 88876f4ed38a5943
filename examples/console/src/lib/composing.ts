/** Rules of the composer that need no browser. */

export const MAX_BODY = 100_000;

/** Whether a text mentions somebody: `@name` at the start of a word, so an e-mail address is no mention. */
export function hasMention(text: string): boolean {
  return /(^|[\s(])@\p{L}/u.test(text);
}

/** What was pasted, as files: a screenshot, or files copied in a file manager. Text that comes along wins. */
export function pastedFiles(data: DataTransfer | null): File[] {
  if (!data || data.types.includes("text/plain")) return [];
  return [...data.files];
}

/** Insert a text at a selection. Returns the new text and the place behind what was inserted. */
export function insertAt(text: string, start: number, end: number, inserted: string): { text: string; caret: number } {
  return { text: text.slice(0, start) + inserted + text.slice(end), caret: start + inserted.length };
}
