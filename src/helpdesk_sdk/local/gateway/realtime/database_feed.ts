/** What the database sends: its notifications over a connection of their own, and the messages too large for one. */

import postgres from "postgres";
import type { Meta, UserPayload } from "./frames.ts";
import { jsonPayload } from "./frames.ts";
import { complain, Complaints } from "./log.ts";

/** A committed row of realtime.messages. */
export interface Message {
  topic: string;
  private: boolean;
  user: UserPayload;
  meta: Meta;
}

/** A notification, as the trigger on realtime.messages writes it. */
export interface Notice {
  id: string;
  topic: string;
  event: string;
  private: boolean;
  inserted_at: string;
  payload?: unknown;
  /** The row has to be read: its payload is too large, or binary. */
  fetch?: true;
}

export interface FeedListener {
  deliver(message: Message): void;
  /** The connection is back after it was lost: what was sent in between has been missed. */
  recovered(): void;
  /** Whether anybody listens, so that a lost connection is worth making again. */
  isWanted(): boolean;
}

const CHANNEL = "helpdesk_realtime";
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const PATIENCE_MS = 60_000;
/** Rows read at once; each may have megabytes. */
const FETCHED_AT_ONCE = 16;

export class Feed {
  #connection: postgres.Sql | null = null;
  #starting: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #isLive = false;
  #closed = false;
  /** In the order of their commits; those behind one that has to be read wait for it. */
  #queue: Notice[] = [];
  #reading = false;
  readonly #complaints = new Complaints();

  constructor(
    private readonly url: string,
    private readonly sql: postgres.Sql,
    private readonly listener: FeedListener,
  ) {}

  /** Whether what is committed from now on arrives. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Begin to listen, unless that was done; rejects when the database cannot be reached. */
  async ready(): Promise<void> {
    if (this.#isLive) return;
    await (this.#starting ??= this.#listen().finally(() => this.#starting = null));
  }

  /** Whether it is ready within a minute. */
  async isTimely(): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
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
    // A connection that listens never becomes idle in the eyes of the driver.
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
      onclose: () => this.#lost(connection),
      onnotify: (_: string, text: string) => this.#take(text),
      // The driver's own `listen` gives up after one attempt to reconnect.
    } as postgres.Options<Record<string, postgres.PostgresType>>);
    this.#connection = connection;
    try {
      await connection.unsafe(`listen ${CHANNEL}`);
    } catch (error) {
      this.#connection = null;
      await connection.end({ timeout: 0 });
      throw error;
    }
    if (this.#closed) return await connection.end({ timeout: 0 });
    this.#isLive = true;
  }

  #lost(connection: postgres.Sql): void {
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
      if (this.#closed || !this.listener.isWanted()) return;
      try {
        await this.ready();
        this.listener.recovered();
      } catch {
        this.#reconnect(Math.min(pause * 2, LONGEST_PAUSE_MS));
      }
    }, pause);
  }

  #take(text: string): void {
    const notice = readNotice(text);
    if (notice === null) return this.#complaints.tell("UnknownNotification", `one on ${CHANNEL} is none of ours`);
    if (notice.fetch || this.#queue.length > 0 || this.#reading) {
      this.#queue.push(notice);
      void this.#readQueue();
    } else {
      this.listener.deliver(asMessage(notice, jsonPayload(notice.event, notice.payload)));
    }
  }

  async #readQueue(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#queue.length > 0) await this.#readSome(this.#queue.splice(0, FETCHED_AT_ONCE));
    } catch (error) {
      // The loss of the database closes every socket later; anything else concerns these messages only.
      complain("UnableToBroadcastChanges", error);
    } finally {
      this.#reading = false;
      if (this.#queue.length > 0) void this.#readQueue();
    }
  }

  async #readSome(notices: Notice[]): Promise<void> {
    const wanted = notices.filter((notice) => notice.fetch);
    const read = wanted.length ? await this.#rows(wanted) : new Map<string, UserPayload>();
    for (const notice of notices) {
      const user = notice.fetch ? read.get(notice.id) : jsonPayload(notice.event, notice.payload);
      if (user && !this.#closed) this.listener.deliver(asMessage(notice, user));
    }
  }

  async #rows(notices: Notice[]): Promise<Map<string, UserPayload>> {
    const rows = await this.sql<StoredRow[]>`
      select m.id::text, m.event, m.payload::text, encode(m.binary_payload, 'base64') as bytes
      from realtime.messages as m
      join unnest(${notices.map((one) => one.id)}::uuid[], ${notices.map((one) => one.inserted_at)}::timestamp[],
          ${notices.map((one) => one.topic)}::text[], ${notices.map((one) => String(one.private === true))}::text[])
        as wanted (id, inserted_at, topic, private) on m.id = wanted.id and m.inserted_at = wanted.inserted_at
          and m.topic = wanted.topic and m.private = wanted.private::boolean`;
    return new Map(rows.map((row) => [row.id, storedPayload(row)]));
  }
}

/** What is read of a stored message. */
export interface StoredRow {
  id: string;
  event: string;
  payload: string | null;
  bytes: string | null;
}

/** The payload of a stored message, as it goes out. */
export function storedPayload({ event, payload, bytes }: StoredRow): UserPayload {
  return payload !== null
    ? { event, encoding: "json", bytes: new TextEncoder().encode(payload) }
    : { event, encoding: "binary", bytes: Uint8Array.fromBase64(bytes!.replaceAll("\n", "")) };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?$/;

/** Whoever may speak SQL may notify: what is no notice is null. One that could not be read would spoil its neighbours. */
export function readNotice(text: string): Notice | null {
  try {
    const notice = JSON.parse(text) as Partial<Notice> | null;
    const { id, topic, event, inserted_at: at } = notice ?? {};
    if (![id, topic, event, at].every((part) => typeof part === "string")) return null;
    if (!UUID.test(id!) || !TIMESTAMP.test(at!) || Number.isNaN(Date.parse(`${at}Z`))) return null;
    return notice!.fetch === true || notice!.payload !== undefined ? notice as Notice : null;
  } catch {
    return null;
  }
}

function asMessage(notice: Notice, user: UserPayload): Message {
  return { topic: notice.topic, private: notice.private, user, meta: { id: notice.id } };
}
