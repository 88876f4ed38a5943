/**
 * What @supabase/lite 0.10.0 does otherwise than a hosted project, put right in one place.
 * Each shim has a test that fails when a newer version no longer needs it.
 */

import type { Connection, IntrospectResult } from "@supabase/lite";
import { type Kysely, sql } from "kysely";
import type postgres from "postgres";
import { authError } from "./replies.ts";
import { verify } from "./tokens.ts";

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

/** Codes of the driver for a connection that is not there. */
const CONNECTION_LOST = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
]);

export function isConnectionLost(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && (CONNECTION_LOST.has(code) || /^(08...|57P0[1-3])$/.test(code));
}

const EXACT: Record<string, number> = {
  "53400": 500,
  "57P01": 503,
  P0001: 400,
  "23503": 409,
  "23505": 409,
  "25006": 405,
};
const BY_CLASS: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "53": 503,
  "54": 500,
  "55": 500,
  "57": 500,
  "58": 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

/** The HTTP status that PostgREST gives to a SQLSTATE (those that depend on nothing else). */
export function httpStatus(sqlstate: string): number {
  return EXACT[sqlstate] ?? BY_CLASS[sqlstate.slice(0, 2)] ?? 400;
}

/** SQLSTATEs that lite answers as hosted does. */
const ANSWERED_WELL = /^(42...|22...|21...|23502|23503|23505|25006|PT...|PGRST)$/;

interface DatabaseError {
  code?: unknown;
  message?: string;
  detail?: string | null;
  hint?: string | null;
}

/** Errors that lite would answer with 500 and code SUP get PostgREST's status, their own code, detail and hint. */
export function withHostedStatus(error: unknown): unknown {
  const { code, message, detail, hint } = (error ?? {}) as DatabaseError;
  // The driver cannot write the value as the parameter's type; PostgreSQL itself would say so.
  if (code === "ERR_INVALID_ARG_TYPE") return Object.assign(new Error("invalid input syntax"), { code: "22P02" });
  const lost = isConnectionLost(error);
  if (!lost && (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || ANSWERED_WELL.test(code))) return error;
  const body = lost
    ? { code: "PGRST001", message: "Database connection error. Retrying the connection.", details: null, hint: null }
    : { code, message: message ?? "", details: detail ?? null, hint: hint ?? null };
  const status = lost ? 503 : httpStatus(code as string);
  const headers = lost ? { "retry-after": "1" } : {};
  return Object.assign(new Error(JSON.stringify(body)), { code: "PGRST", detail: JSON.stringify({ status, headers }) });
}

/** Without a profile a request means the first exposed schema; lite would take `public`. */
export function withDefaultSchema(request: Request, schema: string): Request {
  const name = ["GET", "HEAD"].includes(request.method) ? "accept-profile" : "content-profile";
  if (request.headers.has(name)) return request;
  const headers = new Headers(request.headers);
  headers.set(name, schema);
  return new Request(request, { headers });
}

/** The answer to a sign-in or a refresh, unless the login is banned: then a refusal, and the new session is gone. */
export async function refuseBanned(answer: Response, sql: postgres.Sql): Promise<Response> {
  if (answer.status !== 200) return answer;
  const id: unknown = (await answer.clone().json())?.user?.id;
  if (typeof id !== "string") return answer;
  const [banned] = await sql`select from auth.users where id = ${id} and banned_until > now()`;
  if (!banned) return answer;
  await sql`delete from auth.refresh_tokens where user_id::text = ${id}`;
  await sql`delete from auth.sessions where user_id = ${id}`;
  await answer.body?.cancel();
  return authError(400, "user_banned", "User is banned");
}

/** Storage's answers with hosted's names: signed URLs, and names in a folder without the folder. */
export async function likeHostedStorage(request: Request, answer: Response): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, action] = pathname.match(/^\/storage\/v1\/object\/(sign|list)\//) ?? [];
  if (action === undefined || request.method !== "POST" || answer.status !== 200) return answer;
  const body: unknown = await answer.json();
  if (action === "sign") return Response.json(Array.isArray(body) ? body.map(hostedSignature) : hostedSignature(body));
  const { prefix } = await request.json() as { prefix?: string };
  const folder = prefix ? prefix.replace(/\/*$/, "/") : "";
  return Response.json((body as { name: string }[]).map((entry) => ({
    ...entry,
    name: entry.name.startsWith(folder) ? entry.name.slice(folder.length) : entry.name,
  })));
}

/** A signed URL whose token was not made here, or is too old: refused, where lite would fail. */
export async function signedUrlProblem(request: Request, jwtSecret: string): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith("/storage/v1/object/sign/") || request.method !== "GET") return null;
  const verdict = await verify(searchParams.get("token") ?? "", jwtSecret);
  if ("role" in verdict) return null;
  const message = verdict.problem === "expired"
    ? '"exp" claim timestamp check failed'
    : "signature verification failed";
  return Response.json({ statusCode: "400", error: "InvalidJWT", message }, { status: 400 });
}

function hostedSignature(signed: unknown): Record<string, unknown> {
  const { signedUrl, ...others } = signed as Record<string, unknown>;
  const url = others.signedURL ?? signedUrl;
  return { ...others, signedURL: typeof url === "string" ? url.replace(/^\/storage\/v1/, "") : null };
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

/** For the rest of the transaction, the time limit of its role, or else of the role that PostgREST signs in as. */
const limitTime = sql`
  select set_config('statement_timeout', coalesce(
    (select split_part(setting, '=', 2) from pg_roles, unnest(rolconfig) as setting
     where rolname = current_setting('role') and setting like 'statement_timeout=%'),
    (select split_part(setting, '=', 2) from pg_roles, unnest(rolconfig) as setting
     where rolname = 'authenticator' and setting like 'statement_timeout=%'),
    '0'), true)`;

/** Apply the shims to a connection before its first request; `exposed` are the schemas that clients may name. */
export function applyShims(connection: Connection, driver: postgres.Sql, exposed: string[]): void {
  const inner = connection as unknown as {
    rlsState: string;
    normalizeDbError(error: unknown): unknown;
    introspect(options?: object): Promise<IntrospectResult>;
    applyJwtSessionContext(transaction: Kysely<unknown>, ...others: unknown[]): Promise<void>;
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

  // PostgREST gives each transaction the settings of its role, lite none of them.
  const applyContext = inner.applyJwtSessionContext.bind(connection);
  inner.applyJwtSessionContext = async (transaction, ...others) => {
    await applyContext(transaction, ...others);
    await limitTime.execute(transaction);
  };
}
