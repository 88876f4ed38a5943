/**
 * Values of the wrong type for their column, tables of the same name in another schema, and statement timeouts, in
 * plain @supabase/lite and in the shimmed lite. When the first half of a pair fails, a newer version has fixed the
 * difference, and the shim can go.
 *
 * Needs a database with the roles of a Supabase project: HELPDESK_TEST_DB_URL.
 */

import { App } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { driverOptions } from "./values.ts";
import { applyShims } from "./shims.ts";
import { assertEquals } from "../testing.ts";

const KEYS = { service_role: "sb_secret_x", anon: "sb_publishable_x" };

async function open(shimmed: boolean) {
  const connection = new PostgresConnection({
    url: Deno.env.get("HELPDESK_TEST_DB_URL") ?? "",
    postgresOptions: { ...(shimmed ? driverOptions : { onnotice: () => {} }), max: 1, connect_timeout: 2 },
  });
  if (shimmed) applyShims(connection, connection.driver, ["kinds"]);
  const app = new App(
    {
      connection,
      api: { schemas: ["kinds"] },
      auth: {
        enabled: true,
        jwt_secret: "x".repeat(40),
        publishable_key: KEYS.anon,
        secret_key: KEYS.service_role,
      },
      // deno-lint-ignore no-explicit-any -- the type demands every setting that has a default
    } as any,
  ) as App;
  await app.ensureSystemSchema();
  await connection.driver.unsafe(`
    drop schema if exists kinds cascade;
    create schema kinds;
    grant usage on schema kinds to anon, service_role;
    create table kinds.users (name text primary key);
    create table kinds.things (
      id int generated always as identity primary key, word text, truth boolean, moment timestamptz, day date,
      words text[], code uuid, size int, bytes bytea default 'a', owner text default 'Ada' references kinds.users);
    insert into kinds.users values ('Ada');
    alter table kinds.things enable row level security;
    revoke all on all tables in schema kinds from public, anon, authenticated, service_role;
    grant select, insert on all tables in schema kinds to service_role;
    create function kinds.time_limit() returns text language sql stable as $$ select current_setting('statement_timeout') $$;`);
  return { app, connection };
}

type Answer = [number, unknown];

/** Send a request to plain lite, then to the shimmed lite. */
async function both(path: string, body?: unknown, role: keyof typeof KEYS = "service_role"): Promise<[Answer, Answer]> {
  const answers: Answer[] = [];
  for (const shimmed of [false, true]) {
    const { app, connection } = await open(shimmed);
    const headers = {
      apikey: KEYS[role],
      "accept-profile": "kinds",
      "content-profile": "kinds",
      "content-type": "application/json",
      prefer: "return=representation",
    };
    const init = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
    const answer = await app.fetch(new Request(`http://127.0.0.1/rest/v1/${path}`, init));
    answers.push([answer.status, await answer.json()]);
    await connection.driver.end({ timeout: 1 });
  }
  return answers as [Answer, Answer];
}

/** The value that each stores in a new row, or the error. */
async function stored(column: string, value: unknown): Promise<unknown[]> {
  const answers = await both(`things?select=${column}`, { [column]: value });
  return answers.map(([status, body]) =>
    status === 201 ? (body as Record<string, unknown>[])[0]![column] : [status, (body as { code: string }).code]
  );
}

Deno.test("an object in a text column is stored as JSON", async () => {
  assertEquals(await stored("word", { a: [1] }), ["[object Object]", '{"a":[1]}']);
  assertEquals(await stored("word", ["a"]), ["a", '["a"]']);
  assertEquals(await stored("word", 5), ["5", "5"]);
});

Deno.test("a boolean accepts PostgreSQL's other notations, and other values are refused", async () => {
  assertEquals(await stored("truth", 1), [false, true]);
  assertEquals(await stored("truth", "yes"), [true, true]);
  assertEquals(await stored("truth", "perhaps"), [false, [400, "22P02"]]);
});

Deno.test("a timestamp that is not text is refused with PostgreSQL's message", async () => {
  assertEquals(await stored("moment", 0), [[500, "SUP"], [400, "22008"]]);
  assertEquals(await stored("moment", { a: 1 }), [[500, "SUP"], [400, "22007"]]);
  assertEquals(await stored("day", [1]), [[500, "SUP"], [400, "22007"]]);
  const [, [, body]] = await both("things", { moment: 0 });
  assertEquals((body as { message: string }).message, 'date/time field value out of range: "0"');
});

Deno.test("a value that is not an array is refused for an array column", async () => {
  for (const value of [0, { a: 1 }]) assertEquals(await stored("words", value), [[500, "SUP"], [400, "22P02"]]);
  assertEquals(await stored("words", ["a", "b"]), [["a", "b"], ["a", "b"]]);
});

Deno.test("bytea values are text", async () => {
  const [plain, ours] = await both("things?select=bytes", { word: "a" });
  assertEquals(typeof (plain[1] as { bytes: unknown }[])[0]!.bytes, "object");
  assertEquals(ours[1], [{ bytes: "\\x61" }]);
});

Deno.test("an embedded table has the columns of the exposed table only", async () => {
  const [plain, ours] = await both("things?select=id,users(*)");
  assertEquals([plain[0], ours[0]], [400, 200]);
});

Deno.test("a request has the statement timeout of its role", async () => {
  assertEquals((await both("rpc/time_limit", {})).map(([, limit]) => limit), ["0", "8s"]);
  assertEquals((await both("rpc/time_limit", {}, "anon")).map(([, limit]) => limit), ["0", "3s"]);
  assertEquals((await both("rpc/time_limit")).map(([, limit]) => limit), ["0", "8s"]);
});
