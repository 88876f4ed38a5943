/** `/auth/v1/admin/users`: list, create, read, change and delete logins. Requires the secret key. */

import { hash } from "bcryptjs";
import type postgres from "postgres";
import { authError, json } from "./responses.ts";
import { apiKey, bearerToken, type Keys, verifyToken } from "./tokens.ts";

type Row = Record<string, unknown>;
type Json = postgres.JSONValue;

interface Attributes {
  id?: string;
  email?: string;
  phone?: string;
  password?: string;
  password_hash?: string;
  email_confirm?: boolean;
  phone_confirm?: boolean;
  user_metadata?: Row;
  app_metadata?: Row;
  ban_duration?: string;
  role?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const UNIT_SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1 };
const BCRYPT_COST = Number(Deno.env.get("LITE_AUTH_BCRYPT_COST") ?? 10);

class AdminError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

/** `24h`, `1h30m` → the end of the ban; `none` → null. */
export function banEnd(duration: string, now = Date.now()): string | null {
  if (duration === "none") return null;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== duration) {
    throw new AdminError(400, "validation_failed", `invalid format for ban duration: ${duration}`);
  }
  const seconds = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_SECONDS[unit!]!, 0);
  return new Date(now + seconds * 1000).toISOString();
}

/** Handle a request below `/auth/v1/admin/`. */
export async function adminApi(request: Request, sql: postgres.Sql, keys: Keys): Promise<Response> {
  const refusal = await authorizationProblem(request, keys);
  if (refusal) return refusal;
  const [, id] = new URL(request.url).pathname.match(/^\/auth\/v1\/admin\/users(?:\/([^/]+))?\/?$/) ?? [null, null];
  if (id === null) return authError(404, "not_found", "The local stack serves /auth/v1/admin/users only");
  try {
    return await dispatch(request, sql, id);
  } catch (error) {
    if (error instanceof AdminError) return authError(error.status, error.code, error.message);
    const { code, message } = error as { code?: string; message?: string };
    if (code === "23505") {
      return authError(422, "email_exists", "A user with this email address has already been registered");
    }
    // Class 22: PostgreSQL refused a value.
    if (code?.startsWith("22")) return authError(400, "validation_failed", message ?? "");
    throw error;
  }
}

async function authorizationProblem(request: Request, keys: Keys): Promise<Response | null> {
  const key = apiKey(request);
  if (key !== keys.secret_key && key !== keys.publishable_key) {
    return authError(401, "no_authorization", "Invalid API key");
  }
  const token = bearerToken(request) ?? key;
  if (token === keys.secret_key) return null;
  if (token === keys.publishable_key) return authError(403, "not_admin", "User not allowed");
  const verdict = await verifyToken(token, keys.jwt_secret);
  if ("problem" in verdict) return authError(401, "bad_jwt", "invalid JWT: unable to parse or verify signature");
  return verdict.role === "service_role" ? null : authError(403, "not_admin", "User not allowed");
}

async function dispatch(request: Request, sql: postgres.Sql, id: string | undefined): Promise<Response> {
  if (id === undefined) {
    if (request.method === "GET") return await list(request, sql);
    if (request.method === "POST") return json(200, await create(sql, await readAttributes(request)));
  } else {
    if (!UUID.test(id)) throw new AdminError(404, "validation_failed", "@id must be an UUID");
    if (request.method === "GET") return json(200, await find(sql, id));
    if (request.method === "PUT") return json(200, await update(sql, id, await readAttributes(request)));
    if (request.method === "DELETE") {
      return json(200, await remove(sql, id, (await readObject(request)).should_soft_delete === true));
    }
  }
  throw new AdminError(405, "validation_failed", "Method not allowed");
}

async function readObject(request: Request): Promise<Row> {
  const text = await request.text();
  const value: unknown = text ? JSON.parse(text) : {};
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new AdminError(400, "bad_json", "Could not parse request body as JSON: an object is required");
  }
  return value as Row;
}

async function readAttributes(request: Request): Promise<Attributes> {
  const attributes: Attributes = await readObject(request);
  if (attributes.email) attributes.email = attributes.email.trim().toLowerCase();
  if (attributes.email !== undefined && !EMAIL.test(attributes.email)) {
    throw new AdminError(400, "validation_failed", "Unable to validate email address: invalid format");
  }
  if (attributes.id !== undefined && !UUID.test(attributes.id)) {
    throw new AdminError(400, "validation_failed", "id must be an UUID");
  }
  return attributes;
}

/** The column values for the attributes that were attributes. */
async function toColumns(attributes: Attributes): Promise<Row> {
  const now = new Date().toISOString();
  const set: Row = { updated_at: now };
  if (attributes.email !== undefined) set.email = attributes.email;
  if (attributes.phone !== undefined) set.phone = attributes.phone || null;
  if (attributes.password) set.encrypted_password = await hash(attributes.password, BCRYPT_COST);
  else if (attributes.password_hash) set.encrypted_password = attributes.password_hash;
  if (attributes.email_confirm) set.email_confirmed_at = now;
  if (attributes.phone_confirm) set.phone_confirmed_at = now;
  if (attributes.ban_duration) set.banned_until = banEnd(attributes.ban_duration);
  if (attributes.role) set.role = attributes.role;
  return set;
}

async function list(request: Request, sql: postgres.Sql): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const perPage = Math.min(1000, Math.max(1, Number(query.get("per_page")) || 50));
  const page = Math.max(1, Number(query.get("page")) || 1);
  const rows = await sql`
    select u.*, (select coalesce(json_agg(i order by i.created_at), '[]') from auth.identities i where i.user_id = u.id) as identities
    from auth.users u order by u.created_at desc, u.id limit ${perPage} offset ${(page - 1) * perPage}`;
  const [total] = await sql<{ count: number }[]>`select count(*)::int as count from auth.users`;
  const count = total?.count ?? 0;
  const headers = { "x-total-count": String(count), link: pageLinks(page, Math.ceil(count / perPage), perPage) };
  return json(200, { users: rows.map(toAuthUser), aud: "authenticated" }, headers);
}

export function pageLinks(page: number, last: number, perPage: number): string {
  const link = (number: number, name: string) => `</admin/users?page=${number}&per_page=${perPage}>; rel="${name}"`;
  return [...(page < last ? [link(page + 1, "next")] : []), link(Math.max(1, last), "last")].join(", ");
}

async function find(sql: postgres.Sql, id: string): Promise<Row> {
  const [row] = await sql`
    select u.*, (select coalesce(json_agg(i order by i.created_at), '[]') from auth.identities i where i.user_id = u.id) as identities
    from auth.users u where u.id = ${id}`;
  if (!row) throw new AdminError(404, "user_not_found", "User not found");
  return toAuthUser(row);
}

async function create(sql: postgres.Sql, attributes: Attributes): Promise<Row> {
  if (!attributes.email && !attributes.phone) {
    throw new AdminError(400, "validation_failed", "Cannot create a user without either an email or phone");
  }
  const id = attributes.id ?? crypto.randomUUID();
  const provider = attributes.email ? "email" : "phone";
  const row = {
    id,
    aud: "authenticated",
    role: "authenticated",
    created_at: new Date().toISOString(),
    raw_app_meta_data: sql.json({ provider, providers: [provider], ...attributes.app_metadata } as Json),
    raw_user_meta_data: sql.json((attributes.user_metadata ?? {}) as Json),
    ...await toColumns(attributes),
  };
  const identity = {
    sub: id,
    email: attributes.email ?? null,
    email_verified: attributes.email_confirm ?? false,
    phone_verified: attributes.phone_confirm ?? false,
  };
  await sql.begin(async (transaction) => {
    await transaction`insert into auth.users ${transaction(row)}`;
    await transaction`
      insert into auth.identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
      values (${crypto.randomUUID()}, ${id}, ${provider}, ${id}, ${transaction.json(identity)}, now(), now())`;
  });
  return await find(sql, id);
}

async function update(sql: postgres.Sql, id: string, attributes: Attributes): Promise<Row> {
  const set = await toColumns(attributes);
  await sql.begin(async (transaction) => {
    await transaction`
      update auth.users set ${transaction(set)},
        raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || ${
      transaction.json((attributes.app_metadata ?? {}) as Json)
    },
        raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || ${
      transaction.json((attributes.user_metadata ?? {}) as Json)
    }
      where id = ${id}`;
    if (attributes.email) {
      await transaction`
        update auth.identities
        set identity_data = coalesce(identity_data, '{}') || ${
        transaction.json({ email: attributes.email })
      }, updated_at = now()
        where user_id = ${id} and provider = 'email'`;
    }
  });
  return await find(sql, id);
}

async function remove(sql: postgres.Sql, id: string, soft: boolean): Promise<Row> {
  const user = await find(sql, id);
  await sql.begin(async (transaction) => {
    await transaction`delete from auth.refresh_tokens where user_id::text = ${id}`;
    await transaction`delete from auth.sessions where user_id = ${id}`;
    if (soft) {
      await transaction`
        update auth.users set deleted_at = now(), email = null, phone = null, encrypted_password = null,
          raw_user_meta_data = '{}', raw_app_meta_data = '{}' where id = ${id}`;
      await transaction`delete from auth.identities where user_id = ${id}`;
    } else await transaction`delete from auth.users where id = ${id}`;
  });
  return user;
}

/** A row of auth.users in the format of Supabase Auth. */
function toAuthUser(row: Row): Row {
  const shown = Object.fromEntries(
    ["id", "aud", "role", "confirmed_at", "email_confirmed_at", "phone_confirmed_at", "last_sign_in_at", "invited_at"]
      .concat(["banned_until", "deleted_at", "created_at", "updated_at", "is_anonymous"])
      .filter((name) => row[name] !== null && row[name] !== undefined).map((name) => [name, row[name]]),
  );
  const identities = (row.identities as Row[]).map((identity) => ({
    ...identity,
    identity_id: identity.id,
    id: row.id,
  }));
  return {
    ...shown,
    email: row.email ?? "",
    phone: row.phone ?? "",
    app_metadata: row.raw_app_meta_data ?? {},
    user_metadata: row.raw_user_meta_data ?? {},
    identities,
  };
}
