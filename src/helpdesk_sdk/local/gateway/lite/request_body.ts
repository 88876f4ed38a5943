/**
 * JSON bodies as PostgREST reads them. @supabase/lite 0.10.0 leaves out the columns that `columns=` names and an object
 * lacks, takes a string that holds JSON for JSON, and gives a list of objects to a function as text.
 */

import { marked } from "./values.ts";

type Row = Record<string, unknown>;

function isRow(value: unknown): value is Row {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Marks a string that lite would take for a JSON object or array. */
function keepString(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    JSON.parse(value);
    return marked(value, "s");
  } catch {
    return value;
  }
}

/** The body for lite; the same value when nothing has to change. */
export function rewriteBody(body: unknown, columns: string[], isCall: boolean): unknown {
  // A function gets the first object of a list.
  if (isCall && Array.isArray(body) && isRow(body[0])) return rewriteBody(body[0], [], true);
  if (Array.isArray(body)) {
    const rows = body.map((row) => rewriteRow(row, columns));
    return rows.some((row, index) => row !== body[index]) ? rows : body;
  }
  return rewriteRow(body, columns);
}

function rewriteRow(row: unknown, columns: string[]): unknown {
  if (!isRow(row)) return row;
  const missing = columns.filter((column) => !Object.hasOwn(row, column));
  const entries = Object.entries(row).map(([name, value]): [string, unknown] => [name, keepString(value)]);
  if (missing.length === 0 && entries.every(([name, value]) => value === row[name])) return row;
  return Object.fromEntries([...entries, ...missing.map((column) => [column, null])]);
}

/** The names in `columns=`, without quotes. */
function columnNames(url: URL): string[] {
  const names = url.searchParams.get("columns")?.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  return names?.filter((name) => name !== "") ?? [];
}

/** The request with a body that lite reads as PostgREST does. */
export async function keepBodyValues(request: Request): Promise<Request> {
  const url = new URL(request.url);
  const type = request.headers.get("content-type") ?? "application/json";
  if (!url.pathname.startsWith("/rest/v1/") || request.body === null || !/\bjson\b/.test(type)) return request;
  const isCall = url.pathname.startsWith("/rest/v1/rpc/");
  const usesDefaults = /\bmissing=default\b/.test(request.headers.get("prefer") ?? "");
  const text = await request.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const written = rewriteBody(body, isCall || usesDefaults ? [] : columnNames(url), isCall);
  // The text itself, where it need not change: JSON.stringify would change long numbers.
  const { method, headers } = request;
  return new Request(request.url, { method, headers, body: written === body ? text : JSON.stringify(written) });
}
