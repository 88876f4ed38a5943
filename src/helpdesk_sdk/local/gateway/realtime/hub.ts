/** State that all sockets of one project share. */

import type postgres from "postgres";
import { MemoryBudget } from "./memory_budget.ts";
import type { Credential } from "./credentials.ts";
import { verifyCredential } from "./credentials.ts";
import { JoinError } from "./errors.ts";
import { DatabaseFeed, type DatabaseMessage } from "./database_feed.ts";
import { SharedFrame } from "./frames.ts";
import { fitsPlan, type Plan, PLANS, Rate } from "./plan_limits.ts";
import { logError } from "./log.ts";
import { OutboxFlusher } from "./outbox.ts";
import { QueryQueue } from "./query_queue.ts";
import { Policies } from "./policies.ts";
import { Rooms, TOPIC_PREFIX } from "./room.ts";
import type { Settings } from "../settings.ts";

/** What the hub needs of a socket. */
export interface HubSocket {
  /** Close the connection with a code and reason. */
  close(code: number, reason: string): void;
}

export class Hub {
  readonly plan: Plan;
  readonly rooms = new Rooms();
  readonly queries = new QueryQueue();
  readonly memory = new MemoryBudget();
  readonly flusher = new OutboxFlusher();
  readonly policies: Policies;
  readonly feed: DatabaseFeed;
  /** Rates of messages sent and received by clients, of joins, and of presence events. */
  readonly messages = new Rate();
  readonly joins = new Rate();
  readonly presence = new Rate();
  readonly sockets = new Set<HubSocket>();
  /** Sockets with a joined channel; the plans call them connected users. */
  readonly users = new Set<HubSocket>();
  isClosing = false;

  constructor(
    readonly settings: Settings,
    readonly sql: postgres.Sql,
    databaseUrl: string,
    rejectOnLoss: <T>(work: Promise<T>) => Promise<T>,
  ) {
    this.plan = PLANS[settings.realtime.plan];
    this.policies = new Policies(sql, this.queries, rejectOnLoss);
    this.feed = new DatabaseFeed(databaseUrl, sql, {
      deliver: (message) => this.#deliver(message),
      reconnected: () => this.disconnect(1012, "the database was away"),
      hasListeners: () => this.sockets.size > 0,
    });
  }

  /** Whether the project has reached its message rate. */
  get isOverMessageRate(): boolean {
    return this.plan.messages !== Infinity && this.messages.perSecond() >= this.plan.messages;
  }

  get isOverJoinRate(): boolean {
    return this.plan.joinsPerSecond !== Infinity && this.joins.perSecond() >= this.plan.joinsPerSecond;
  }

  get isFull(): boolean {
    return this.users.size >= this.plan.connections;
  }

  /**
   * Count a join.
   *
   * @throws JoinError when the plan allows no more
   */
  admitJoin(socket: HubSocket): void {
    if (!this.users.has(socket) && this.isFull) {
      throw new JoinError("ConnectionRateLimitReached: Too many connected users");
    }
    if (this.isOverJoinRate) throw new JoinError("ClientJoinRateLimitReached: Too many joins per second", true);
    this.joins.add();
  }

  /** Verify a token or key of this project. */
  async verifyCredential(token: string): Promise<Credential> {
    return await verifyCredential(token, this.settings);
  }

  disconnect(code: number, reason: string): void {
    for (const socket of [...this.sockets]) socket.close(code, reason);
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.disconnect(1012, "the project is closed");
    await this.feed.close();
  }

  #deliver({ topic, private: isPrivate, broadcast, meta }: DatabaseMessage): void {
    const room = this.rooms.find(topic, isPrivate);
    if (!room) return;
    if (!fitsPlan(this.plan, broadcast.bytes.length)) {
      return logError("UnableToBroadcastChanges", `a message for ${topic} exceeds the payload limit`);
    }
    room.broadcast(SharedFrame.broadcast(TOPIC_PREFIX + topic, broadcast, meta), null, meta.id);
  }
}
