/**
 * What goes over a Realtime socket: text objects (version 1.0.0), text arrays and binary frames (version 2.0.0).
 * Pure: bytes and text in, values out, and back.
 */

export type Version = 1 | 2;

/** The payload of a client's binary broadcast, still encoded. */
export interface UserPayload {
  event: string;
  encoding: "json" | "binary";
  bytes: Uint8Array;
}

/** A frame of a client. */
export interface Incoming {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
  /** Instead of `payload`, when the client sent a broadcast in a binary frame. */
  user?: UserPayload;
}

/** A frame for one client. */
export interface Outgoing {
  joinRef?: string | null;
  ref?: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

const CLIENT_PUSH = 0;
const CLIENT_BROADCAST = 3;
const SERVER_BROADCAST = 4;
const LONGEST_NAME = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The version that `vsn` asks for; 1 when it is absent, null when there is no such version. */
export function versionOf(vsn: string | null): Version | null {
  if (vsn === null || vsn === "") return 1;
  const [, major] = vsn.match(/^([12])\.\d+\.\d+$/) ?? [];
  return major === undefined ? null : Number(major) as Version;
}

const isName = (value: unknown): value is string | null => value === null || typeof value === "string";

/** Read a text frame; null when it is none. */
export function decodeText(version: Version, text: string): Incoming | null {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof frame !== "object" || frame === null || Array.isArray(frame) !== (version === 2)) return null;
  if (version === 2) {
    const [joinRef, ref, topic, event, payload] = frame as unknown[];
    return (frame as unknown[]).length === 5 ? incoming(joinRef, ref, topic, event, payload) : null;
  }
  const { join_ref = null, ref, topic, event, payload } = frame as Record<string, unknown>;
  return payload === undefined ? null : incoming(join_ref, ref, topic, event, payload);
}

function incoming(
  joinRef: unknown,
  ref: unknown,
  topic: unknown,
  event: unknown,
  payload: unknown,
): Incoming | null {
  if (typeof topic !== "string" || typeof event !== "string" || !isName(ref) || !isName(joinRef)) return null;
  return { joinRef, ref, topic, event, payload };
}

/** Read a binary frame of a client (a push, or a broadcast); null when it is neither. */
export function decodeBinary(bytes: Uint8Array): Incoming | null {
  try {
    if (bytes[0] === CLIENT_PUSH) {
      const [[joinRef, ref, topic, event], rest] = readNames(bytes, 4, 5);
      return { joinRef: joinRef || null, ref: ref || null, topic: topic!, event: event!, payload: jsonOf(rest) };
    }
    if (bytes[0] !== CLIENT_BROADCAST) return null;
    const [[joinRef, ref, topic, event], rest] = readNames(bytes, 5, 7);
    const encoding = bytes[6] === 1 ? "json" : "binary";
    // Whoever gets it as text gets it inside of other JSON.
    if (encoding === "json") jsonOf(rest);
    const user: UserPayload = { event: event!, encoding, bytes: rest };
    return { joinRef: joinRef || null, ref: ref || null, topic: topic!, event: "broadcast", payload: null, user };
  } catch {
    return null;
  }
}

const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

/** The `count` strings whose lengths begin at byte 1, and what follows them. */
function readNames(bytes: Uint8Array, count: number, start: number): [string[], Uint8Array] {
  const names: string[] = [];
  let offset = start;
  for (let i = 1; i <= count; i++) {
    const end = offset + (bytes[i] ?? NaN);
    if (!(end <= bytes.length)) throw new RangeError("the frame ends too early");
    names.push(decoder.decode(bytes.subarray(offset, end)));
    offset = end;
  }
  return [names, bytes.subarray(offset)];
}

/** Write a frame for one client. */
export function encode(version: Version, { joinRef = null, ref = null, topic, event, payload }: Outgoing): string {
  // Version 1 has no join_ref on the way out; clients drop a frame without `ref`.
  return JSON.stringify(version === 1 ? { topic, event, payload, ref } : [joinRef, ref, topic, event, payload]);
}

/** What distinguishes a broadcast that the database sent: the id of its row, and whether it is a replay. */
export interface Meta {
  id: string;
  replayed?: true;
}

/** A frame for many clients, encoded at most once for each version, and only when somebody listens. */
export class Shared {
  readonly #made: { 1?: string | Uint8Array | null; 2?: string | Uint8Array | null } = {};

  /** Of each version: in how many outboxes it waits. */
  readonly loads = { 1: { waiting: 0 }, 2: { waiting: 0 } };

  constructor(private readonly make: (version: Version) => string | Uint8Array | null) {}

  /** The frame, or null when this version cannot carry it. */
  as(version: Version): string | Uint8Array | null {
    const made = this.#made[version];
    return made !== undefined ? made : this.#made[version] = this.make(version);
  }

  /** A text frame whose payload is a value. */
  static text(topic: string, event: string, payload: unknown): Shared {
    return new Shared((version) => encode(version, { topic, event, payload }));
  }

  /** A broadcast whose payload is encoded already: binary for version 2, JSON in text for version 1. */
  static broadcast(topic: string, user: UserPayload, meta: Meta | null = null): Shared {
    return new Shared((version) => {
      const frame = version === 2 ? binaryBroadcast(topic, user, meta) : null;
      // Long names do not fit into a binary frame; bytes do not fit into a text.
      return frame ?? (user.encoding === "json" ? textBroadcast(version, topic, user, meta, null) : null);
    });
  }
}

/** A broadcast of the past, for one channel; null when this version cannot carry it. */
export function replayed(
  version: Version,
  topic: string,
  user: UserPayload,
  meta: Meta,
  joinRef: string | null,
): string | Uint8Array | null {
  if (user.encoding === "json") return textBroadcast(version, topic, user, meta, joinRef);
  return version === 2 ? binaryBroadcast(topic, user, meta) : null;
}

function textBroadcast(
  version: Version,
  topic: string,
  user: UserPayload,
  meta: Meta | null,
  joinRef: string | null,
): string {
  const wrapped = `{"type":"broadcast","event":${JSON.stringify(user.event)},"payload":${decoder.decode(user.bytes)}${
    meta ? `,"meta":${JSON.stringify(meta)}` : ""
  }}`;
  return version === 1
    ? `{"topic":${JSON.stringify(topic)},"event":"broadcast","payload":${wrapped},"ref":null}`
    : `[${JSON.stringify(joinRef)},null,${JSON.stringify(topic)},"broadcast",${wrapped}]`;
}

function binaryBroadcast(topic: string, user: UserPayload, meta: Meta | null): Uint8Array | null {
  const names = [topic, user.event, meta ? JSON.stringify(meta) : ""].map((name) => encoder.encode(name));
  if (names.some((name) => name.length > LONGEST_NAME)) return null;
  const head = [SERVER_BROADCAST, ...names.map((name) => name.length), user.encoding === "json" ? 1 : 0];
  const parts = [Uint8Array.from(head), ...names, user.bytes];
  const frame = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

/** A JSON value as the payload of a broadcast. */
export function jsonPayload(event: string, payload: unknown): UserPayload {
  return { event, encoding: "json", bytes: encoder.encode(JSON.stringify(payload)) };
}
