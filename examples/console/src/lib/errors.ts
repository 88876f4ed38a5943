/** An error of the helpdesk: `message` says what is wrong, `hint` the way out, `reason` is for programs. */
export class HelpdeskError extends Error {
  /** `ticket_not_found`, `stale_revision`, …: `details` without `helpdesk.`; null when the error has none. */
  readonly reason: string | null;
  readonly hint: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;

  constructor(given: { message: string; details?: string; hint?: string; status?: number; code?: string }) {
    super(given.message);
    this.name = "HelpdeskError";
    this.reason = given.details?.startsWith("helpdesk.") ? given.details.slice("helpdesk.".length) : null;
    this.hint = given.hint ?? "";
    this.status = given.status ?? 0;
    this.code = given.code ?? "";
  }

  /** Whether the same request may work a little later: no connection, too many requests, a restart. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the session has ended. */
  get isSignedOut(): boolean {
    return this.status === 401 || this.code === "PGRST301";
  }
}

/** Anything that was thrown, as an error of the helpdesk. */
export function toHelpdeskError(thrown: unknown): HelpdeskError {
  if (thrown instanceof HelpdeskError) return thrown;
  return new HelpdeskError({ message: thrown instanceof Error ? thrown.message : String(thrown) });
}
