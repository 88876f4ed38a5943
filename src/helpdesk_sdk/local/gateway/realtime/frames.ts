/**
 * Frames of a Realtime socket: JSON objects (version 1.0.0), JSON arrays and binary frames (version 2.0.0).
 * Pure functions that encode and decode.
 */

export type Version = 1 | 2;

/** An encoded payload of a broadcast. */
export interface BroadcastPayload {
  event: string;
  encoding: "json" | "binary";
  bytes: Uint8Array;
}

/** A frame from a client. */
export interface ClientFrame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
  /** Replaces `payload` when the client sent a binary broadcast. */
  broadcast?: BroadcastPayload;
}

/** A frame for one client. */
export interface ServerFrame {
  joinRef?: string | null;
  ref?: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

const CLIENT_PUSH = 0;
const CLIENT_BROADCAST = 3;
const SERVER_BROADCAST = 4;
const MAX_NAME_BYTES = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The protocol version of `vsn`: 1 when absent, null when unknown. */
export function versionOf(vsn: string | null): Version | null {
  if (vsn === null || vsn === "") return 1;
  const [, major] = vsn.match(/^([12])\.\d+\.\d+$/) ?? [];
  return major === undefined ? null : Number(major) as Version;
}

const isStringOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";

/** Decode a text frame; null when it is invalid. */
export function decodeText(version: Version, text: string): ClientFrame | null {
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
): ClientFrame | null {
  if (typeof topic !== "string" || typeof event !== "string" || !isStringOrNull(ref) || !isStringOrNull(joinRef)) {
    return null;
  }
  return { joinRef, ref, topic, event, payload };
}

/** Decode a client's binary frame (a push or a broadcast); null when it is invalid. */
export function decodeBinary(bytes: Uint8Array): ClientFrame | null {
  try {
    if (bytes[0] === CLIENT_PUSH) {
      const [[joinRef, ref, topic, event], rest] = readNames(bytes, 4, 5);
      return { joinRef: joinRef || null, ref: ref || null, topic: topic!, event: event!, payload: parseJson(rest) };
    }
    if (bytes[0] !== CLIENT_BROADCAST) return null;
    const [[joinRef, ref, topic, event], rest] = readNames(bytes, 5, 7);
    const encoding = bytes[6] === 1 ? "json" : "binary";
    // Version 1 receives this text inside other JSON, so it must be valid.
    if (encoding === "json") parseJson(rest);
    const broadcast: BroadcastPayload = { event: event!, encoding, bytes: rest };
    return { joinRef: joinRef || null, ref: ref || null, topic: topic!, event: "broadcast", payload: null, broadcast };
  } catch {
    return null;
  }
}

const parseJson = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

/** The `count` strings whose lengths begin at byte 1, and the bytes after them. */
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

/** Encode a frame for one client. */
export function encode(version: Version, { joinRef = null, ref = null, topic, event, payload }: ServerFrame): string {
  // In version 1 the server sends no join_ref. Clients drop a frame without `ref`.
  return JSON.stringify(version === 1 ? { topic, event, payload, ref } : [joinRef, ref, topic, event, payload]);
}

/** Metadata of a broadcast from the database: the id of its row, and whether it is a replay. */
export interface Meta {
  id: string;
  replayed?: true;
}

/** A frame for many clients, encoded at most once per version, and only when needed. */
export class SharedFrame {
  readonly #made: { 1?: string | Uint8Array | null; 2?: string | Uint8Array | null } = {};

  /** Per version: the number of outboxes in which the frame waits. */
  readonly pending = { 1: { waiting: 0 }, 2: { waiting: 0 } };

  constructor(private readonly make: (version: Version) => string | Uint8Array | null) {}

  /** The encoded frame, or null when this version cannot carry it. */
  forVersion(version: Version): string | Uint8Array | null {
    const made = this.#made[version];
    return made !== undefined ? made : this.#made[version] = this.make(version);
  }

  /** A text frame with a JSON value as payload. */
  static text(topic: string, event: string, payload: unknown): SharedFrame {
    return new SharedFrame((version) => encode(version, { topic, event, payload }));
  }

  /** A broadcast with an encoded payload: a binary frame for version 2, JSON text for version 1. */
  static broadcast(topic: string, broadcast: BroadcastPayload, meta: Meta | null = null): SharedFrame {
    return new SharedFrame((version) => {
      const frame = version === 2 ? binaryBroadcast(topic, broadcast, meta) : null;
      // A binary frame cannot carry long names; a text frame cannot carry binary payloads.
      return frame ?? (broadcast.encoding === "json" ? textBroadcast(version, topic, broadcast, meta, null) : null);
    });
  }
}

/** A replayed broadcast for one channel; null when this version cannot carry it. */
export function encodeReplay(
  version: Version,
  topic: string,
  broadcast: BroadcastPayload,
  meta: Meta,
  joinRef: string | null,
): string | Uint8Array | null {
  if (broadcast.encoding === "json") return textBroadcast(version, topic, broadcast, meta, joinRef);
  return version === 2 ? binaryBroadcast(topic, broadcast, meta) : null;
}

function textBroadcast(
  version: Version,
  topic: string,
  broadcast: BroadcastPayload,
  meta: Meta | null,
  joinRef: string | null,
): string {
  const wrapped = `{"type":"broadcast","event":${JSON.stringify(broadcast.event)},"payload":${
    decoder.decode(broadcast.bytes)
  }${meta ? `,"meta":${JSON.stringify(meta)}` : ""}}`;
  return version === 1
    ? `{"topic":${JSON.stringify(topic)},"event":"broadcast","payload":${wrapped},"ref":null}`
    : `[${JSON.stringify(joinRef)},null,${JSON.stringify(topic)},"broadcast",${wrapped}]`;
}

function binaryBroadcast(topic: string, broadcast: BroadcastPayload, meta: Meta | null): Uint8Array | null {
  const names = [topic, broadcast.event, meta ? JSON.stringify(meta) : ""].map((name) => encoder.encode(name));
  if (names.some((name) => name.length > MAX_NAME_BYTES)) return null;
  const head = [SERVER_BROADCAST, ...names.map((name) => name.length), broadcast.encoding === "json" ? 1 : 0];
  const parts = [Uint8Array.from(head), ...names, broadcast.bytes];
  const frame = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

/** A JSON value as an encoded payload. */
export function jsonPayload(event: string, payload: unknown): BroadcastPayload {
  return { event, encoding: "json", bytes: encoder.encode(JSON.stringify(payload)) };
}
