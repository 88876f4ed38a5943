/**
 * This folder corrects the differences between @supabase/lite 0.10.0 and a hosted project.
 * Each shim has a test that fails when a newer version no longer needs the shim.
 */

import type { Connection, IntrospectResult } from "@supabase/lite";
import type postgres from "postgres";
import { toPostgrestError } from "./errors.ts";
import { relateViews } from "./embeds.ts";
import { guardReservations } from "./reserved.ts";
import { batchSettings } from "./transactions.ts";

/** Without a profile header, use the first exposed schema. Lite would use `public`. */
export function withDefaultSchema(request: Request, schema: string): Request {
  const name = ["GET", "HEAD"].includes(request.method) ? "accept-profile" : "content-profile";
  if (request.headers.has(name)) return request;
  const headers = new Headers(request.headers);
  headers.set(name, schema);
  return new Request(request, { headers });
}

/**
 * Remove unexposed tables that share a name with an exposed table. Lite expands `users(*)` to the columns of every
 * table of that name, including auth.users.
 */
export function hideUnexposedDuplicates(catalog: IntrospectResult, exposed: string[]): void {
  const named = [...catalog.tables, ...catalog.views];
  const known = new Set(named.filter((one) => exposed.includes(one.schema ?? "")).map((one) => one.name));
  const isReachable = (schema: string | undefined, table: string) =>
    exposed.includes(schema ?? "") || !known.has(table);
  catalog.columns = catalog.columns.filter((column) => isReachable(column.schema, column.table));
  catalog.primary_keys = catalog.primary_keys.filter((key) => isReachable(key.schema, key.table));
}

/** Apply the shims to a connection before its first request; `exposed` are the schemas of the Data API. */
export function applyShims(connection: Connection, driver: postgres.Sql, exposed: string[]): void {
  const inner = connection as unknown as {
    rlsState: string;
    normalizeDbError(error: unknown): unknown;
    introspect(options?: object): Promise<IntrospectResult>;
  };
  // Otherwise lite's first request grants all privileges on all tables to anon and authenticated.
  inner.rlsState = "active";

  const normalize = inner.normalizeDbError.bind(connection);
  inner.normalizeDbError = (error) => toPostgrestError(normalize(error));

  // Otherwise a lost connection looks like an empty database, and each request reports an unknown table.
  const filtered = new WeakSet<IntrospectResult>();
  const introspect = inner.introspect.bind(connection);
  inner.introspect = async (options) => {
    const result = await introspect(options);
    if (result.functions === undefined) await driver`select 1`;
    else if (!filtered.has(result)) {
      hideUnexposedDuplicates(result, exposed);
      relateViews(result, exposed);
    }
    filtered.add(result);
    return result;
  };

  guardReservations(driver);
  batchSettings(driver);
}
