/** What all sockets of one project share. */

import type postgres from "postgres";
import { Backlog } from "./memory_budget.ts";
import type { Credential } from "./credentials.ts";
import { credential } from "./credentials.ts";
import { Refusal } from "./errors.ts";
import { Feed, type Message } from "./database_feed.ts";
import { Shared } from "./frames.ts";
import { fits, type Plan, PLANS, Rate } from "./plan_limits.ts";
import { complain } from "./log.ts";
import { Pump } from "./outbox.ts";
import { Queries } from "./query_queue.ts";
import { Rights } from "./policies.ts";
import { PREFIX, Rooms } from "./room.ts";
import type { Settings } from "../settings.ts";

/** A socket, as far as the others need to know it. */
export interface Connection {
  /** Tell the client and forget it. */
  close(code: number, reason: string): void;
}

export class Hub {
  readonly plan: Plan;
  readonly rooms = new Rooms();
  readonly queries = new Queries();
  readonly backlog = new Backlog();
  readonly pump = new Pump();
  readonly rights: Rights;
  readonly feed: Feed;
  /** Messages that clients sent and were sent; joins; presence events. */
  readonly messages = new Rate();
  readonly joins = new Rate();
  readonly presence = new Rate();
  readonly sockets = new Set<Connection>();
  /** The sockets that joined a channel: connected users, in the words of the plans. */
  readonly users = new Set<Connection>();
  isClosing = false;

  constructor(
    readonly settings: Settings,
    readonly sql: postgres.Sql,
    databaseUrl: string,
    guarded: <T>(work: Promise<T>) => Promise<T>,
  ) {
    this.plan = PLANS[settings.realtime.plan];
    this.rights = new Rights(sql, this.queries, guarded);
    this.feed = new Feed(databaseUrl, sql, {
      deliver: (message) => this.#deliver(message),
      recovered: () => this.disconnect(1012, "the database was away"),
      isWanted: () => this.sockets.size > 0,
    });
  }

  /** Whether the project has used up its messages. */
  get isOverMessages(): boolean {
    return this.plan.messages !== Infinity && this.messages.perSecond() >= this.plan.messages;
  }

  get isOverJoins(): boolean {
    return this.plan.joinsPerSecond !== Infinity && this.joins.perSecond() >= this.plan.joinsPerSecond;
  }

  get isFull(): boolean {
    return this.users.size >= this.plan.connections;
  }

  /**
   * Count a join.
   *
   * @throws Refusal when the plan has no room for it
   */
  admitJoin(socket: Connection): void {
    if (!this.users.has(socket) && this.isFull) {
      throw new Refusal("ConnectionRateLimitReached: Too many connected users");
    }
    if (this.isOverJoins) throw new Refusal("ClientJoinRateLimitReached: Too many joins per second", true);
    this.joins.add();
  }

  /** Judge a token or key of this project. */
  async credential(token: string): Promise<Credential> {
    return await credential(token, this.settings);
  }

  disconnect(code: number, reason: string): void {
    for (const socket of [...this.sockets]) socket.close(code, reason);
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.disconnect(1012, "the project is closed");
    await this.feed.close();
  }

  #deliver({ topic, private: isPrivate, user, meta }: Message): void {
    const room = this.rooms.find(topic, isPrivate);
    if (!room) return;
    if (!fits(this.plan, user.bytes.length)) {
      return complain("UnableToBroadcastChanges", `a message for ${topic} exceeds the payload limit`);
    }
    room.broadcast(Shared.broadcast(PREFIX + topic, user, meta), null, meta.id);
  }
}
