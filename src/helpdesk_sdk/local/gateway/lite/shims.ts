/**
 * What @supabase/lite 0.10.0 does otherwise than a hosted project, put right in this folder.
 * Each shim has a test that fails when a newer version no longer needs it.
 */

import type { Connection, IntrospectResult } from "@supabase/lite";
import type postgres from "postgres";
import { withHostedStatus } from "./errors.ts";
import { gatherSettings } from "./transactions.ts";

/** Without a profile a request means the first exposed schema; lite would take `public`. */
export function withDefaultSchema(request: Request, schema: string): Request {
  const name = ["GET", "HEAD"].includes(request.method) ? "accept-profile" : "content-profile";
  if (request.headers.has(name)) return request;
  const headers = new Headers(request.headers);
  headers.set(name, schema);
  return new Request(request, { headers });
}

/**
 * Leave out what no client may reach but bears the name of something that they may: when lite fills in `users(*)`, it
 * takes the columns of every table of that name, those of auth.users too.
 */
export function hideNamesakes(catalog: IntrospectResult, exposed: string[]): void {
  const named = [...catalog.tables, ...catalog.views];
  const known = new Set(named.filter((one) => exposed.includes(one.schema ?? "")).map((one) => one.name));
  const isReachable = (schema: string | undefined, table: string) =>
    exposed.includes(schema ?? "") || !known.has(table);
  catalog.columns = catalog.columns.filter((column) => isReachable(column.schema, column.table));
  catalog.primary_keys = catalog.primary_keys.filter((key) => isReachable(key.schema, key.table));
}

/** Apply the shims to a connection before its first request; `exposed` are the schemas that clients may name. */
export function applyShims(connection: Connection, driver: postgres.Sql, exposed: string[]): void {
  const inner = connection as unknown as {
    rlsState: string;
    normalizeDbError(error: unknown): unknown;
    introspect(options?: object): Promise<IntrospectResult>;
  };
  // Otherwise the first request grants everything on every table to anon and authenticated.
  inner.rlsState = "active";

  const normalize = inner.normalizeDbError.bind(connection);
  inner.normalizeDbError = (error) => withHostedStatus(normalize(error));

  // Otherwise a lost connection looks like a database without tables, and every request like a wrong table name.
  const tidied = new WeakSet<IntrospectResult>();
  const introspect = inner.introspect.bind(connection);
  inner.introspect = async (options) => {
    const result = await introspect(options);
    if (result.functions === undefined) await driver`select 1`;
    else if (!tidied.has(result)) hideNamesakes(result, exposed);
    tidied.add(result);
    return result;
  };

  gatherSettings(driver);
}
