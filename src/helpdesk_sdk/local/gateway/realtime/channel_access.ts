/** What one channel may do: the token that speaks for it, and the answers of the policies, kept until the next token. */

import { assertCurrent, type Credential } from "./credentials.ts";
import { Refusal } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { Asker } from "./query_queue.ts";
import type { Allowed, Context, Extension } from "./policies.ts";

const TOKEN_CHECK_MS = 300_000;

export class Access {
  #read: Allowed = {};
  #write: Allowed = {};
  #expiry: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly hub: Hub,
    private readonly asker: Asker,
    /** The topic without its prefix. */
    private readonly topic: string,
    private readonly isPrivate: boolean,
    private readonly headers: Record<string, string>,
    private credential: Credential,
  ) {}

  get mayReadBroadcast(): boolean {
    return !this.isPrivate || this.#read.broadcast === true;
  }

  get mayReadPresence(): boolean {
    return !this.isPrivate || this.#read.presence === true;
  }

  isHeldBy(token: string): boolean {
    return token === this.credential.token;
  }

  /**
   * Let a token speak for the channel; null is the one that does already.
   *
   * @throws TokenError
   */
  async identify(token: string | null): Promise<void> {
    if (token === null) assertCurrent(this.credential.claims);
    else this.credential = await this.hub.credential(token);
  }

  /**
   * Ask what may be read.
   *
   * @throws Refusal when it is nothing, RightsError when nobody answers
   */
  async askRead(withPresence: boolean): Promise<void> {
    if (!this.isPrivate) return;
    const extensions: Extension[] = withPresence ? ["broadcast", "presence"] : ["broadcast"];
    this.#read = await this.hub.rights.read(this.asker, this.#context(), extensions);
    if (!this.#read.broadcast && !this.#read.presence) throw new Refusal(`Unauthorized: ${noRead(this.topic)}`);
  }

  /**
   * Let another token speak for the channel; what may be written is asked when something is.
   *
   * @throws TokenError, RightsError, Refusal with what the channel is told before it is closed
   */
  async renew(token: string, withPresence: boolean): Promise<void> {
    const before = this.#read;
    await this.identify(token);
    this.#write = {};
    await this.askRead(withPresence);
    if ((["broadcast", "presence"] as const).some((one) => before[one] && this.#read[one] === false)) {
      throw new Refusal(`You no longer have permission to read from this Channel topic: ${this.topic}`);
    }
  }

  /** Whether broadcasts may be sent; undefined when that has not been asked yet. */
  get mayBroadcast(): boolean | undefined {
    return !this.isPrivate || this.#write.broadcast;
  }

  /** Whether presence may be tracked; undefined when that has not been asked yet. */
  get mayTrack(): boolean | undefined {
    return !this.isPrivate || this.#write.presence;
  }

  /** @throws RightsError */
  async askBroadcast(): Promise<void> {
    this.#write = await this.hub.rights.write(this.asker, this.#context(), ["broadcast", "presence"]);
  }

  /** Who tracks gets to know of the others as well. @throws RightsError */
  async askTrack(): Promise<void> {
    if (this.#read.presence === undefined) {
      this.#read = { ...this.#read, ...await this.hub.rights.read(this.asker, this.#context(), ["presence"]) };
    }
    this.#write = { ...this.#write, ...await this.hub.rights.write(this.asker, this.#context(), ["presence"]) };
  }

  /** Tell when the token has run out. */
  watch(onExpired: (reason: string) => void): void {
    this.unwatch();
    const { exp } = this.credential.claims;
    const timer = this.#expiry = setTimeout(() => {
      try {
        assertCurrent(this.credential.claims);
        this.watch(onExpired);
      } catch (error) {
        onExpired((error as Error).message);
      }
    }, Math.max(Math.min(TOKEN_CHECK_MS, exp * 1000 - Date.now()), 0));
    Deno.unrefTimer(timer);
  }

  unwatch(): void {
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.#expiry = null;
  }

  #context(): Context {
    return { claims: this.credential.claims, topic: this.topic, headers: this.headers };
  }
}

export function noRead(topic: string): string {
  return `You do not have permissions to read from this Channel topic: ${topic}`;
}
