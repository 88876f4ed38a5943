/** Conversion of values between lite, the driver and PostgreSQL, as in a hosted project. */

import type postgres from "postgres";

/** Convert PostgreSQL's text of a timestamptz to RFC 3339. */
export function rfc3339(text: string): string {
  const match = text.match(/^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?$/);
  return match ? `${match[1]}T${match[2]}${match[3]}:${match[4] ?? "00"}` : text;
}

// Random, so that no client can write it.
const MARK = crypto.randomUUID().replaceAll("-", "");
const MARKED = new RegExp(`^h(v|s)${MARK}((?:[0-9a-f]{2})*)$`);

/** Text that lite passes on unparsed, in place of the text given; `unmarked` restores it. */
export function marked(text: string, kind: "v" | "s" = "v"): string {
  return `h${kind}${MARK}${encodeHex(new TextEncoder().encode(text))}`;
}

/** Text that is a string where a JSON value is expected, although it looks like JSON. */
export class JsonString {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** A parameter of a statement, with the original text where `marked` replaced it. */
export function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  const [, kind, hex = ""] = typeof value === "string" ? value.match(MARKED) ?? [] : [];
  if (kind === undefined) return value;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(decodeHex(hex));
  return kind === "s" ? new JsonString(text) : text;
}

function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function decodeHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** JSON text of a parameter. Lite passes object arguments as JSON text, which must not be encoded again. */
export function jsonText(value: unknown): string {
  if (value instanceof JsonString) return JSON.stringify(value.text);
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      JSON.parse(value);
      return value;
    } catch {
      // Plain text that begins with a bracket.
    }
  }
  return JSON.stringify(value);
}

/** The text of a parameter. PostgreSQL reports the error when the value has the wrong type. */
export function parameterText(value: unknown): string {
  if (value instanceof JsonString) return value.text;
  return typeof value === "string" ? value : JSON.stringify(value);
}

const unchanged = (text: string) => text;

/** A PostgreSQL type, by OID, whose values reach clients as PostgreSQL's text. */
function textType(oid: number, parse = unchanged): postgres.PostgresType {
  return { to: oid, from: [oid], serialize: parameterText, parse };
}

/** Driver options: values as text, parameters of any type, and no output for NOTICEs. */
export const driverOptions: postgres.Options<Record<string, postgres.PostgresType>> = {
  onnotice: () => {},
  types: {
    // The driver would send an object as [object Object], and every text except true as false.
    string: textType(25),
    boolean: { to: 16, from: [16], serialize: parameterText, parse: (text: string) => text === "t" },
    date: textType(1082),
    time: textType(1083),
    timetz: textType(1266),
    timestamp: textType(1114),
    timestamptz: textType(1184, rfc3339),
    bytea: textType(17),
    json: { to: 114, from: [114], serialize: jsonText, parse: JSON.parse },
    jsonb: { to: 3802, from: [3802], serialize: jsonText, parse: JSON.parse },
  },
};
