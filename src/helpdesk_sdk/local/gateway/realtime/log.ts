/** Log lines. Each entry stays one line of plain text, whatever text of clients it contains. */

const MAX_LENGTH = 1000;
/** Control characters, direction marks, lone surrogates and line ends, which a terminal would not print. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text that is safe in a log line. */
export function printable(text: string): string {
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return shown.replace(UNPRINTABLE, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}

/** Log Realtime's code for the event, and the error or an explanation. */
export function logError(code: string, reason: unknown): void {
  // A single argument: with more, console.error would expand placeholders in the first.
  console.error(
    printable(`${code}: ${reason instanceof Error && !isExpected(reason) ? reason.stack : String(reason)}`),
  );
}

/** Database errors and our own errors explain themselves. Others are logged with a stack trace. */
const isExpected = (error: Error): boolean => "code" in error || "kind" in error;

/** The errors of one client: logs only the first of each kind. */
export class ErrorLog {
  readonly #logged = new Set<string>();

  logOnce(code: string, reason: unknown): void {
    if (this.#logged.has(code)) return;
    this.#logged.add(code);
    logError(code, reason);
  }
}
