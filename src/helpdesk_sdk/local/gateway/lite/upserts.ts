/**
 * An upsert needs the right to update every column that it names, the key included: PostgREST sets them all.
 * @supabase/lite 0.10.0 leaves the key out of the update, so an upsert passes here that a hosted project refuses.
 */

import type postgres from "postgres";
import { restError } from "../api/responses.ts";
import { type Keys, roleOf } from "../api/tokens.ts";

/** The table of an upsert that may change rows, or null for any other request. */
function upsertedTable(request: Request): string | null {
  const table = new URL(request.url).pathname.match(/^\/rest\/v1\/([^/]+)$/)?.[1];
  const merges = /\bresolution=merge-duplicates\b/.test(request.headers.get("prefer") ?? "");
  const isUpsert = request.method === "PUT" || (request.method === "POST" && merges);
  return table !== undefined && isUpsert ? decodeURIComponent(table) : null;
}

/** The columns that a body names: those in `columns=`, or the keys of its rows. */
export function namedColumns(request: Request, body: unknown): string[] {
  const given = new URL(request.url).searchParams.get("columns");
  if (given !== null) return given.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  const rows = Array.isArray(body) ? body : [body];
  return [...new Set(rows.flatMap((row) => row !== null && typeof row === "object" ? Object.keys(row) : []))];
}

/** PostgREST's refusal of an upsert that names a column which the role may not update, or null. */
export async function upsertProblem(
  request: Request,
  sql: postgres.Sql,
  keys: Keys,
  defaultSchema: string,
): Promise<Response | null> {
  const table = upsertedTable(request);
  if (table === null || !/\bjson\b/.test(request.headers.get("content-type") ?? "application/json")) return null;
  const body: unknown = await request.clone().json().catch(() => null);
  const role = await roleOf(request, keys);
  const schema = request.headers.get("content-profile") ?? defaultSchema;
  const columns = namedColumns(request, body);
  const [refused] = await sql`
    select 1 from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relname = ${table} and a.attnum > 0 and not a.attisdropped
      and a.attname = any(${columns}) and not has_column_privilege(${role}, c.oid, a.attnum, 'UPDATE')
    limit 1`;
  // As PostgREST: whoever is not signed in may sign in.
  return refused ? restError(role === "anon" ? 401 : 403, "42501", `permission denied for table ${table}`) : null;
}
