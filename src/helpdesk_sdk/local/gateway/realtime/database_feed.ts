/** Messages from the database: receives notifications on its own connection, and reads rows too large for one. */

import postgres from "postgres";
import type { BroadcastPayload, Meta } from "./frames.ts";
import { jsonPayload } from "./frames.ts";
import { ErrorLog, logError } from "./log.ts";

/** A committed row of realtime.messages. */
export interface DatabaseMessage {
  topic: string;
  private: boolean;
  broadcast: BroadcastPayload;
  meta: Meta;
}

/** A notification, as the trigger on realtime.messages writes it. */
export interface Notification {
  id: string;
  topic: string;
  event: string;
  private: boolean;
  inserted_at: string;
  payload?: unknown;
  /** The payload is too large or binary, so the row must be read. */
  fetch?: true;
}

export interface FeedListener {
  deliver(message: DatabaseMessage): void;
  /** The connection was lost and restored; messages sent in between are lost. */
  reconnected(): void;
  /** Whether to reconnect after a lost connection. */
  hasListeners(): boolean;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const READY_TIMEOUT_MS = 60_000;
/** Rows per query; each may have megabytes. */
const FETCH_BATCH = 16;

export class DatabaseFeed {
  #connection: postgres.Sql | null = null;
  #starting: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #isLive = false;
  #closed = false;
  /** In commit order. Notifications behind a row that must be read wait for it. */
  #queue: Notification[] = [];
  #isProcessing = false;
  readonly #errorLog = new ErrorLog();

  constructor(
    private readonly url: string,
    private readonly sql: postgres.Sql,
    private readonly listener: FeedListener,
  ) {}

  /** Whether messages committed from now on will arrive. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Start to listen, once; rejects when the database cannot be reached. */
  async ready(): Promise<void> {
    if (this.#isLive) return;
    await (this.#starting ??= this.#listen().finally(() => this.#starting = null));
  }

  /** Whether the feed is ready within a minute. */
  async readyInTime(): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
    try {
      return await Promise.race([this.ready().then(() => true, () => false), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#isLive = false;
    this.#queue = [];
    if (this.#retry !== null) clearTimeout(this.#retry);
    // The driver never sees a listening connection as idle, so do not wait for that.
    await this.#connection?.end({ timeout: 0 });
  }

  async #listen(): Promise<void> {
    if (this.#closed) throw new Error("the project is closed");
    const connection = postgres(this.url, {
      max: 1,
      fetch_types: false,
      max_lifetime: null,
      connect_timeout: 5,
      connection: { application_name: "realtime" },
      onnotice: () => {},
      onclose: () => this.#onClose(connection),
      onnotify: (_: string, text: string) => this.#receive(text),
      // Not the driver's `listen`: it tries to reconnect only once.
    } as postgres.Options<Record<string, postgres.PostgresType>>);
    this.#connection = connection;
    try {
      const [feed] = await connection<{ channel: string }[]>`select channel from realtime.local_feed`;
      await connection.unsafe(`listen ${feed!.channel}`);
    } catch (error) {
      this.#connection = null;
      await connection.end({ timeout: 0 });
      throw error;
    }
    if (this.#closed) return await connection.end({ timeout: 0 });
    this.#isLive = true;
  }

  #onClose(connection: postgres.Sql): void {
    if (this.#closed || this.#connection !== connection || !this.#isLive) return;
    this.#isLive = false;
    this.#connection = null;
    this.#queue = [];
    void connection.end({ timeout: 0 });
    this.#reconnect(FIRST_PAUSE_MS);
  }

  #reconnect(pause: number): void {
    this.#retry = setTimeout(async () => {
      this.#retry = null;
      if (this.#closed || !this.listener.hasListeners()) return;
      try {
        await this.ready();
        this.listener.reconnected();
      } catch {
        this.#reconnect(Math.min(pause * 2, LONGEST_PAUSE_MS));
      }
    }, pause);
  }

  #receive(text: string): void {
    const notification = parseNotification(text);
    if (notification === null) {
      return this.#errorLog.logOnce("UnknownNotification", "a notification was ignored: unknown format");
    }
    if (notification.fetch || this.#queue.length > 0 || this.#isProcessing) {
      this.#queue.push(notification);
      void this.#processQueue();
    } else {
      this.listener.deliver(toMessage(notification, jsonPayload(notification.event, notification.payload)));
    }
  }

  async #processQueue(): Promise<void> {
    if (this.#isProcessing) return;
    this.#isProcessing = true;
    try {
      while (this.#queue.length > 0) await this.#processBatch(this.#queue.splice(0, FETCH_BATCH));
    } catch (error) {
      // A lost connection disconnects every socket later. Other errors affect only these messages.
      logError("UnableToBroadcastChanges", error);
    } finally {
      this.#isProcessing = false;
      if (this.#queue.length > 0) void this.#processQueue();
    }
  }

  async #processBatch(notifications: Notification[]): Promise<void> {
    const wanted = notifications.filter((notification) => notification.fetch);
    const read = wanted.length ? await this.#fetchRows(wanted) : new Map<string, BroadcastPayload>();
    for (const notification of notifications) {
      const broadcast = notification.fetch
        ? read.get(notification.id)
        : jsonPayload(notification.event, notification.payload);
      if (broadcast && !this.#closed) this.listener.deliver(toMessage(notification, broadcast));
    }
  }

  async #fetchRows(notifications: Notification[]): Promise<Map<string, BroadcastPayload>> {
    const rows = await this.sql<StoredRow[]>`
      select m.id::text, m.event, m.payload::text, encode(m.binary_payload, 'base64') as bytes
      from realtime.messages as m
      join unnest(${notifications.map((one) => one.id)}::uuid[], ${
      notifications.map((one) => one.inserted_at)
    }::timestamp[],
          ${notifications.map((one) => one.topic)}::text[], ${
      notifications.map((one) => String(one.private === true))
    }::text[])
        as wanted (id, inserted_at, topic, private) on m.id = wanted.id and m.inserted_at = wanted.inserted_at
          and m.topic = wanted.topic and m.private = wanted.private::boolean`;
    return new Map(rows.map((row) => [row.id, storedPayload(row)]));
  }
}

/** The columns of a stored message. */
export interface StoredRow {
  id: string;
  event: string;
  payload: string | null;
  bytes: string | null;
}

/** The payload of a stored message, encoded for a broadcast. */
export function storedPayload({ event, payload, bytes }: StoredRow): BroadcastPayload {
  return payload !== null
    ? { event, encoding: "json", bytes: new TextEncoder().encode(payload) }
    : { event, encoding: "binary", bytes: Uint8Array.fromBase64(bytes!.replaceAll("\n", "")) };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?$/;

/** Parse a notification; null when invalid. A superuser may notify; a bad value would fail its batch. */
export function parseNotification(text: string): Notification | null {
  try {
    const notification = JSON.parse(text) as Partial<Notification> | null;
    const { id, topic, event, inserted_at: at } = notification ?? {};
    if (![id, topic, event, at].every((part) => typeof part === "string")) return null;
    if (!UUID.test(id!) || !TIMESTAMP.test(at!) || Number.isNaN(Date.parse(`${at}Z`))) return null;
    return notification!.fetch === true || notification!.payload !== undefined ? notification as Notification : null;
  } catch {
    return null;
  }
}

function toMessage(notification: Notification, broadcast: BroadcastPayload): DatabaseMessage {
  return { topic: notification.topic, private: notification.private, broadcast, meta: { id: notification.id } };
}
