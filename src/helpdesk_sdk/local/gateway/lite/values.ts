/** Values between lite, the driver and PostgreSQL, as a hosted project writes and reads them. */

import type postgres from "postgres";

/** Postgres' own writing of a timestamp with time zone, as RFC 3339. */
export function rfc3339(text: string): string {
  const match = text.match(/^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?$/);
  return match ? `${match[1]}T${match[2]}${match[3]}:${match[4] ?? "00"}` : text;
}

/** JSON for a parameter. An object that is an argument of a function arrives as text already: not to be quoted again. */
export function jsonText(value: unknown): string {
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      JSON.parse(value);
      return value;
    } catch {
      // Ordinary text that begins with a bracket.
    }
  }
  return JSON.stringify(value);
}

/** What PostgreSQL reads as the value of a parameter; of a value of the wrong kind, it says itself what is wrong. */
export function parameterText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const asWritten = (text: string) => text;

/** A type of PostgreSQL, by its number, whose values go to clients as PostgreSQL writes them. */
function textual(oid: number, parse = asWritten): postgres.PostgresType {
  return { to: oid, from: [oid], serialize: parameterText, parse };
}

/** Options for the driver: values that every client can read, parameters of any kind, and silence about NOTICEs. */
export const driverOptions: postgres.Options<Record<string, postgres.PostgresType>> = {
  onnotice: () => {},
  types: {
    // The driver would write an object as [object Object], and every text but true itself as false.
    string: textual(25),
    boolean: { to: 16, from: [16], serialize: parameterText, parse: (text: string) => text === "t" },
    date: textual(1082),
    time: textual(1083),
    timetz: textual(1266),
    timestamp: textual(1114),
    timestamptz: textual(1184, rfc3339),
    bytea: textual(17),
    json: { to: 114, from: [114], serialize: jsonText, parse: JSON.parse },
    jsonb: { to: 3802, from: [3802], serialize: jsonText, parse: JSON.parse },
  },
};
