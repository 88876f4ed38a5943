/**
 * Each test compares plain @supabase/lite with the shimmed lite. When the first half fails, a newer version has fixed
 * the difference, and the shim can go.
 *
 * Needs a database with the roles of a Supabase project: HELPDESK_TEST_DB_URL.
 */

import { App } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { rejectBannedUser } from "./sign_ins.ts";
import { httpStatus } from "./errors.ts";
import { driverOptions, rfc3339 } from "./values.ts";
import { applyShims, withDefaultSchema } from "./shims.ts";
import { assertEquals } from "../testing.ts";

const URL_OF_DATABASE = Deno.env.get("HELPDESK_TEST_DB_URL") ?? "";
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)$/;

interface Side {
  app: App;
  connection: PostgresConnection;
}

async function open(shimmed: boolean, url = URL_OF_DATABASE): Promise<Side> {
  const connection = new PostgresConnection({
    url,
    postgresOptions: { ...(shimmed ? driverOptions : { onnotice: () => {} }), max: 1, connect_timeout: 2 },
  });
  if (shimmed) applyShims(connection, connection.driver, ["shop"]);
  const app = new App(
    {
      connection,
      api: { schemas: ["shop"] },
      auth: {
        enabled: true,
        jwt_secret: "x".repeat(40),
        publishable_key: "sb_publishable_x",
        secret_key: "sb_secret_x",
      },
      storage: { enabled: true },
      // deno-lint-ignore no-explicit-any -- the type demands every setting that has a default
    } as any,
  ) as App;
  if (url === URL_OF_DATABASE) {
    await app.ensureSystemSchema();
    await connection.driver.unsafe(`
      drop schema if exists shop cascade;
      create schema shop;
      grant usage on schema shop to authenticated, service_role;
      create table shop.goods (id int primary key, price int check (price > 0));
      alter table shop.goods enable row level security;
      revoke all on shop.goods from public, anon, authenticated, service_role;
      grant select, insert on shop.goods to service_role;
      create function shop.fail(state text) returns void language plpgsql as
        $$ begin raise exception 'failed on purpose' using errcode = state, hint = 'a hint'; end $$;`);
  }
  return { app, connection };
}

/** Run `look` on plain lite, then on the shimmed lite. */
async function both<T>(look: (side: Side, shimmed: boolean) => Promise<T>, url?: string): Promise<[T, T]> {
  const results: T[] = [];
  for (const shimmed of [false, true]) {
    const side = await open(shimmed, url);
    try {
      results.push(await look(side, shimmed));
    } finally {
      await side.connection.driver.end({ timeout: 1 });
    }
  }
  return results as [T, T];
}

function ask(side: Side, path: string, init: RequestInit = {}, key = "sb_secret_x"): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("apikey", key);
  if (!headers.has("accept-profile")) headers.set("accept-profile", "shop");
  if (init.body) headers.set("content-type", "application/json");
  if (init.body) headers.set("content-profile", "shop");
  return side.app.fetch(new Request(`http://127.0.0.1${path}`, { ...init, headers }));
}

Deno.test("grants: the first request must not give anon the whole schema", async () => {
  const [plain, shimmed] = await both(async (side) => {
    await (await ask(side, "/rest/v1/goods")).text();
    const [row] = await side.connection.driver`select has_table_privilege('anon', 'shop.goods', 'delete') as may`;
    return row?.may;
  });
  assertEquals([plain, shimmed], [true, false]);
});

Deno.test("timestamps of Auth are RFC 3339", async () => {
  const [plain, shimmed] = await both(async (side) => {
    const body = JSON.stringify({ email: `${crypto.randomUUID()}@example.com`, password: "long enough" });
    const answer = await ask(side, "/auth/v1/signup", { method: "POST", body }, "sb_publishable_x");
    return RFC3339.test((await answer.json()).user.created_at);
  });
  assertEquals([plain, shimmed], [false, true]);
  assertEquals(rfc3339("2026-11-22 10:44:01.5+00"), "2026-11-22T10:44:01.5+00:00");
  assertEquals(rfc3339("2026-11-22 10:44:01+05:30"), "2026-11-22T10:44:01+05:30");
  assertEquals(rfc3339("infinity"), "infinity");
});

Deno.test("errors: a broken check is the caller's fault", async () => {
  const [plain, shimmed] = await both(async (side) => {
    const answer = await ask(side, "/rest/v1/goods", { method: "POST", body: '{"id":1,"price":-1}' });
    return [answer.status, (await answer.json()).code];
  });
  assertEquals([plain, shimmed], [[500, "SUP"], [400, "23514"]]);
});

Deno.test("errors: every SQLSTATE keeps its code and hint and gets PostgREST's status", async () => {
  const expected: Record<string, number> = {
    P0001: 400,
    "40001": 500,
    "40P01": 500,
    "55P03": 500,
    "57014": 500,
    "53300": 503,
    "54001": 500,
    "23514": 400,
  };
  const side = await open(true);
  for (const [state, status] of Object.entries(expected)) {
    const answer = await ask(side, "/rest/v1/rpc/fail", { method: "POST", body: JSON.stringify({ state }) });
    const body = await answer.json();
    assertEquals([answer.status, body.code, body.hint], [status, state, "a hint"], state);
    assertEquals(httpStatus(state), status);
  }
  await side.connection.driver.end({ timeout: 1 });
});

Deno.test("profile: without the header, the first exposed schema is used", async () => {
  const [plain, shimmed] = await both(async (side, shimmed) => {
    const request = new Request("http://127.0.0.1/rest/v1/goods", { headers: { apikey: "sb_secret_x" } });
    const answer = await side.app.fetch(shimmed ? withDefaultSchema(request, "shop") : request);
    await answer.body?.cancel();
    return answer.status;
  });
  assertEquals([plain, shimmed], [404, 200]);
});

Deno.test("an unreachable database is an error (503 in the gateway), not a missing table", async () => {
  const [plain, shimmed] = await both(async (side) => {
    const answer = await ask(side, "/rest/v1/goods");
    await answer.body?.cancel();
    return answer.status;
  }, "postgresql://postgres@127.0.0.1:9/postgres");
  assertEquals([plain, shimmed], [404, 500]);
});

Deno.test("a banned login cannot sign in", async () => {
  const side = await open(true);
  const sql = side.connection.driver;
  const body = JSON.stringify({ email: `${crypto.randomUUID()}@example.com`, password: "long enough" });
  const made = await (await ask(side, "/auth/v1/signup", { method: "POST", body }, "sb_publishable_x")).json();
  await sql`update auth.users set banned_until = now() + interval '1 hour' where id = ${made.user.id}`;
  const plain = await ask(side, "/auth/v1/token?grant_type=password", { method: "POST", body }, "sb_publishable_x");
  assertEquals(plain.status, 200);
  const refusal = await rejectBannedUser(plain, sql);
  assertEquals([refusal.status, (await refusal.json()).error_code], [400, "user_banned"]);
  assertEquals((await sql`select from auth.sessions where user_id = ${made.user.id}`).length, 0);
  await sql.end({ timeout: 1 });
});

Deno.test("plain lite treats a malformed token as no token", async () => {
  const side = await open(false);
  const headers = { authorization: "Bearer nonsense" };
  const answer = await ask(side, "/rest/v1/goods", { headers }, "sb_publishable_x");
  assertEquals((await answer.json()).code === "PGRST301", false);
  await side.connection.driver.end({ timeout: 1 });
});

Deno.test("the driver prints NOTICEs by default", async () => {
  const log = console.log;
  let printed = 0;
  console.log = () => void printed++;
  try {
    for (const options of [{}, driverOptions]) {
      const connection = new PostgresConnection({ url: URL_OF_DATABASE, postgresOptions: { ...options, max: 1 } });
      await connection.driver.unsafe("do $$ begin raise notice 'hello'; end $$");
      await connection.driver.end({ timeout: 1 });
      assertEquals(printed, 1);
    }
  } finally {
    console.log = log;
  }
});

Deno.test("plain lite has no admin API and no file storage", async () => {
  const side = await open(false);
  const listed = await ask(side, "/auth/v1/admin/users");
  assertEquals([listed.status, (await listed.json()).error_code], [401, "no_authorization"]);
  assertEquals((await ask(side, "/storage/v1/bucket")).status >= 400, true);
  await side.connection.driver.end({ timeout: 1 });
});
