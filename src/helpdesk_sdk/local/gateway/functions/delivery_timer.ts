/** Calls the function `deliver` when a delivery is due, as a job of the database does on a hosted project. */

export interface Outbox {
  /** Whether a delivery is due. */
  isDue(): Promise<boolean>;
  /** Send; whether more may wait. */
  deliver(): Promise<boolean>;
}

/** The look is one entry of an index. */
const LOOK_MS = 1_000;
/** After an error: the database is away, or the project has no outbox or no such function. */
const PAUSE_MS = 15_000;

export class DeliveryTimer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOn = false;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly outbox: Outbox) {}

  get isOn(): boolean {
    return this.#isOn;
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#later(LOOK_MS);
  }

  /** Stop, and wait for the call that goes on. */
  async stop(): Promise<void> {
    this.#isOn = false;
    clearTimeout(this.#timer);
    await this.#work;
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#work = this.#look();
    }, ms);
    Deno.unrefTimer(this.#timer);
  }

  async #look(): Promise<void> {
    let pause = LOOK_MS;
    try {
      if (await this.outbox.isDue() && this.#isOn && await this.outbox.deliver()) pause = 0;
    } catch {
      pause = PAUSE_MS;
    }
    if (this.#isOn) this.#later(pause);
  }
}
