/** Conversion of values between lite, the driver and PostgreSQL, as in a hosted project. */

import type postgres from "postgres";

/** Convert PostgreSQL's text of a timestamptz to RFC 3339. */
export function rfc3339(text: string): string {
  const match = text.match(/^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?$/);
  return match ? `${match[1]}T${match[2]}${match[3]}:${match[4] ?? "00"}` : text;
}

/** JSON text of a parameter. Lite passes object arguments as JSON text, which must not be encoded again. */
export function jsonText(value: unknown): string {
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
