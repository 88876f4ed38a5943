/** Rests an endpoint that keeps failing: its runs fall back at once, and it is not asked for a while. */

const FAILURES = 5;
const WINDOW_MS = 60_000;
const REST_MS = 60_000;

export class Breaker {
  readonly #failures = new Map<string, number[]>();
  readonly #restsUntil = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the endpoint rests. */
  isOpen(endpoint: string): boolean {
    return (this.#restsUntil.get(endpoint) ?? 0) > this.now();
  }

  succeeded(endpoint: string): void {
    this.#failures.delete(endpoint);
  }

  /** Five failures within a minute make a rest of a minute. */
  failed(endpoint: string): void {
    const now = this.now();
    const recent = [...(this.#failures.get(endpoint) ?? []), now].filter((at) => now - at < WINDOW_MS);
    this.#failures.set(endpoint, recent);
    if (recent.length < FAILURES) return;
    this.#failures.delete(endpoint);
    this.#restsUntil.set(endpoint, now + REST_MS);
  }
}
