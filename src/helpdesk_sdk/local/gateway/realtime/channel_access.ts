/** The permissions of one channel: its token, and the policy results, cached until the next token. */

import { assertNotExpired, type Credential } from "./credentials.ts";
import { JoinError } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { QueryCaller } from "./query_queue.ts";
import type { Allowed, Extension, PolicyContext } from "./policies.ts";

const TOKEN_CHECK_MS = 300_000;

export class ChannelAccess {
  #read: Allowed = {};
  #write: Allowed = {};
  #expiryTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly hub: Hub,
    private readonly caller: QueryCaller,
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

  hasToken(token: string): boolean {
    return token === this.credential.token;
  }

  /**
   * Verify and use a token; null checks the current token again.
   *
   * @throws TokenError
   */
  async useToken(token: string | null): Promise<void> {
    if (token === null) assertNotExpired(this.credential.claims);
    else this.credential = await this.hub.verifyCredential(token);
  }

  /**
   * Check the read policies.
   *
   * @throws JoinError when nothing may be read, PolicyError when the check fails
   */
  async checkRead(withPresence: boolean): Promise<void> {
    if (!this.isPrivate) return;
    const extensions: Extension[] = withPresence ? ["broadcast", "presence"] : ["broadcast"];
    this.#read = await this.hub.policies.read(this.caller, this.#context(), extensions);
    if (!this.#read.broadcast && !this.#read.presence) throw new JoinError(`Unauthorized: ${readDenied(this.topic)}`);
  }

  /**
   * Replace the token and check the read policies again. Write policies are checked on the next write.
   *
   * @throws TokenError, PolicyError, or JoinError with the reason for closing the channel
   */
  async renewToken(token: string, withPresence: boolean): Promise<void> {
    const before = this.#read;
    await this.useToken(token);
    this.#write = {};
    await this.checkRead(withPresence);
    if ((["broadcast", "presence"] as const).some((one) => before[one] && this.#read[one] === false)) {
      throw new JoinError(`You no longer have permission to read from this Channel topic: ${this.topic}`);
    }
  }

  /** Whether the channel may send broadcasts; undefined before the check. */
  get mayBroadcast(): boolean | undefined {
    return !this.isPrivate || this.#write.broadcast;
  }

  /** Whether the channel may track presence; undefined before the check. */
  get mayTrack(): boolean | undefined {
    return !this.isPrivate || this.#write.presence;
  }

  /** Check the write policies. @throws PolicyError */
  async checkWrite(): Promise<void> {
    this.#write = await this.hub.policies.write(this.caller, this.#context(), ["broadcast", "presence"]);
  }

  /** Check the presence policies; a channel that tracks also receives presence. @throws PolicyError */
  async checkTrack(): Promise<void> {
    if (this.#read.presence === undefined) {
      this.#read = { ...this.#read, ...await this.hub.policies.read(this.caller, this.#context(), ["presence"]) };
    }
    this.#write = { ...this.#write, ...await this.hub.policies.write(this.caller, this.#context(), ["presence"]) };
  }

  /** Call `onExpired` when the token has expired. */
  watchExpiry(onExpired: (reason: string) => void): void {
    this.unwatchExpiry();
    const { exp } = this.credential.claims;
    const timer = this.#expiryTimer = setTimeout(() => {
      try {
        assertNotExpired(this.credential.claims);
        this.watchExpiry(onExpired);
      } catch (error) {
        onExpired((error as Error).message);
      }
    }, Math.max(Math.min(TOKEN_CHECK_MS, exp * 1000 - Date.now()), 0));
    Deno.unrefTimer(timer);
  }

  unwatchExpiry(): void {
    if (this.#expiryTimer !== null) clearTimeout(this.#expiryTimer);
    this.#expiryTimer = null;
  }

  #context(): PolicyContext {
    return { claims: this.credential.claims, topic: this.topic, headers: this.headers };
  }
}

export function readDenied(topic: string): string {
  return `You do not have permissions to read from this Channel topic: ${topic}`;
}
