/**
 * Query values and object arguments in plain @supabase/lite and in the shimmed gateway. When the first half of a pair
 * fails, a newer version has fixed the difference, and the shim can go.
 *
 * Needs a database with the roles of a Supabase project: HELPDESK_TEST_DB_URL.
 */

import { App } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { quoteQueryValues, quoteValue } from "./query_literals.ts";
import { driverOptions, jsonText } from "./values.ts";
import { applyShims } from "./shims.ts";
import { assertEquals } from "../testing.ts";

const KEY = "sb_secret_x";

async function open(shimmed: boolean) {
  const connection = new PostgresConnection({
    url: Deno.env.get("HELPDESK_TEST_DB_URL") ?? "",
    postgresOptions: { ...(shimmed ? driverOptions : { onnotice: () => {} }), max: 1, connect_timeout: 2 },
  });
  applyShims(connection, connection.driver, ["words"]);
  const app = new App(
    {
      connection,
      api: { schemas: ["words"] },
      auth: { enabled: true, jwt_secret: "x".repeat(40), publishable_key: "sb_publishable_x", secret_key: KEY },
      // deno-lint-ignore no-explicit-any -- the type demands every setting that has a default
    } as any,
  ) as App;
  await app.ensureSystemSchema();
  await connection.driver.unsafe(`
    drop schema if exists words cascade;
    create schema words;
    grant usage on schema words to service_role;
    create table words.texts (value text primary key, truth boolean not null default true);
    insert into words.texts values ('2.50'), ('1e3'), ('745.10'), ('18446744073709551615'), ('007'), ('"quoted"'), ('null'), ('true'), ('a');
    grant select on words.texts to service_role;
    create function words.echo(said text) returns text language sql stable as 'select said';
    create function words.add(a int, b int) returns int language sql stable as 'select a + b';
    create function words.kind(thing jsonb) returns text language sql as 'select jsonb_typeof(thing)';`);
  return { app, connection };
}

/** Send a request to plain lite, then to the shimmed lite; both responses as JSON. */
async function both(path: string, body?: unknown): Promise<[unknown, unknown]> {
  const answers: unknown[] = [];
  for (const shimmed of [false, true]) {
    const { app, connection } = await open(shimmed);
    const headers = {
      apikey: KEY,
      "accept-profile": "words",
      "content-profile": "words",
      "content-type": "application/json",
    };
    const init = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
    const request = new Request(`http://127.0.0.1/rest/v1/${path}`, init);
    answers.push(await (await app.fetch(shimmed ? quoteQueryValues(request) : request)).json());
    await connection.driver.end({ timeout: 1 });
  }
  return answers as [unknown, unknown];
}

const row = (value: string) => [{ value }];

Deno.test("a filter compares with the text as written", async () => {
  assertEquals(await both("texts?select=value&value=eq.2.50"), [[], row("2.50")]);
  assertEquals(await both("texts?select=value&value=eq.18446744073709551615"), [[], row("18446744073709551615")]);
  assertEquals(await both(`texts?select=value&value=eq.${encodeURIComponent('"quoted"')}`), [[], row('"quoted"')]);
  assertEquals((await both("texts?select=value&value=in.(true,7)"))[1], row("true"));
  assertEquals((await both("texts?select=value&value=eq.true"))[1], row("true"));
  assertEquals(await both("texts?select=value&value=in.(2.50,a)&order=value"), [row("a"), [
    ...row("2.50"),
    ...row("a"),
  ]]);
});

Deno.test("a function argument arrives as written", async () => {
  assertEquals(await both("rpc/echo?said=745.10"), ["745.1", "745.10"]);
  assertEquals(await both("rpc/echo?said=0.0"), ["0", "0.0"]);
});

Deno.test("values that lite parses correctly are unchanged", async () => {
  for (
    const path of [
      "texts?select=value&value=eq.007",
      "texts?select=value&value=eq.a&truth=eq.true",
      "texts?select=value&value=eq.a&truth=in.(true)",
    ]
  ) {
    const [plain, ours] = await both(path);
    assertEquals(plain, ours, path);
    assertEquals((ours as unknown[]).length, 1, path);
  }
  assertEquals(await both("rpc/add?a=2&b=3"), [5, 5]);
  assertEquals(await both("texts?select=value&value=neq.a&order=value&limit=1"), [row('"quoted"'), row('"quoted"')]);
});

Deno.test("an object as an argument stays an object", async () => {
  assertEquals(await both("rpc/kind", { thing: { a: [1] } }), ["string", "object"]);
  assertEquals(await both("rpc/kind", { thing: [1] }), ["string", "array"]);
});

Deno.test("a JSON parameter: JSON text stays, every other value is encoded", () => {
  assertEquals(jsonText({ a: 1 }), '{"a":1}');
  assertEquals(jsonText('{"a":1}'), '{"a":1}');
  assertEquals(jsonText("{no JSON"), '"{no JSON"');
  assertEquals(jsonText("text"), '"text"');
  assertEquals(jsonText(null), "null");
});

Deno.test("only values that lite would change are quoted", () => {
  for (const value of ["eq.5", "eq.-5", "eq.a", "is.null", "not.is.null", "fts.1.0", "eq.", "in.(1,2)", "in.(a,b)"]) {
    assertEquals(quoteValue(value, false), value);
  }
  assertEquals(quoteValue("not.eq.1.0", false), 'not.eq."1.0"');
  assertEquals(quoteValue("eq.null", false), 'eq."null"');
  assertEquals(quoteValue("in.(1.0,2)", false), 'in.("1.0",2)');
  assertEquals(quoteValue('in.("1.0",2)', false), 'in.("1.0",2)');
  assertEquals(quoteValue("1.0", true), '"1.0"');
  assertEquals(quoteValue("1.0", false), "1.0");
  const request = new Request("http://127.0.0.1/auth/v1/admin/users?page=1.0");
  assertEquals(quoteQueryValues(request) === request, true);
});
