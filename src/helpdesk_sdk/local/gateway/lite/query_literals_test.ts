/**
 * What plain @supabase/lite makes of values in queries and of objects as arguments, and what we make of it. When the
 * first half of a pair fails, a newer version has learned it, and the shim can go.
 *
 * Needs a database with the roles of a Supabase project: HELPDESK_TEST_DB_URL.
 */

import { App } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { literal, withLiterals } from "./query_literals.ts";
import { driverOptions, jsonText } from "./values.ts";
import { applyShims } from "./shims.ts";
import { equal } from "../testing.ts";

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

/** Ask plain lite, then ours; each answer as JSON. */
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
    answers.push(await (await app.fetch(shimmed ? withLiterals(request) : request)).json());
    await connection.driver.end({ timeout: 1 });
  }
  return answers as [unknown, unknown];
}

const row = (value: string) => [{ value }];

Deno.test("a filter compares with what is written", async () => {
  equal(await both("texts?select=value&value=eq.2.50"), [[], row("2.50")]);
  equal(await both("texts?select=value&value=eq.18446744073709551615"), [[], row("18446744073709551615")]);
  equal(await both(`texts?select=value&value=eq.${encodeURIComponent('"quoted"')}`), [[], row('"quoted"')]);
  equal((await both("texts?select=value&value=in.(true,7)"))[1], row("true"));
  equal((await both("texts?select=value&value=eq.true"))[1], row("true"));
  equal(await both("texts?select=value&value=in.(2.50,a)&order=value"), [row("a"), [...row("2.50"), ...row("a")]]);
});

Deno.test("an argument of a function arrives as it is written", async () => {
  equal(await both("rpc/echo?said=745.10"), ["745.1", "745.10"]);
  equal(await both("rpc/echo?said=0.0"), ["0", "0.0"]);
});

Deno.test("what was read well is still read well", async () => {
  for (
    const path of [
      "texts?select=value&value=eq.007",
      "texts?select=value&value=eq.a&truth=eq.true",
      "texts?select=value&value=eq.a&truth=in.(true)",
    ]
  ) {
    const [plain, ours] = await both(path);
    equal(plain, ours, path);
    equal((ours as unknown[]).length, 1, path);
  }
  equal(await both("rpc/add?a=2&b=3"), [5, 5]);
  equal(await both("texts?select=value&value=neq.a&order=value&limit=1"), [row('"quoted"'), row('"quoted"')]);
});

Deno.test("an object as an argument stays an object", async () => {
  equal(await both("rpc/kind", { thing: { a: [1] } }), ["string", "object"]);
  equal(await both("rpc/kind", { thing: [1] }), ["string", "array"]);
});

Deno.test("JSON for a parameter: text of JSON as it is, anything else in JSON", () => {
  equal(jsonText({ a: 1 }), '{"a":1}');
  equal(jsonText('{"a":1}'), '{"a":1}');
  equal(jsonText("{no JSON"), '"{no JSON"');
  equal(jsonText("text"), '"text"');
  equal(jsonText(null), "null");
});

Deno.test("only what would be misread is put in quotes", () => {
  for (const value of ["eq.5", "eq.-5", "eq.a", "is.null", "not.is.null", "fts.1.0", "eq.", "in.(1,2)", "in.(a,b)"]) {
    equal(literal(value, false), value);
  }
  equal(literal("not.eq.1.0", false), 'not.eq."1.0"');
  equal(literal("eq.null", false), 'eq."null"');
  equal(literal("in.(1.0,2)", false), 'in.("1.0",2)');
  equal(literal('in.("1.0",2)', false), 'in.("1.0",2)');
  equal(literal("1.0", true), '"1.0"');
  equal(literal("1.0", false), "1.0");
  const request = new Request("http://127.0.0.1/auth/v1/admin/users?page=1.0");
  equal(withLiterals(request) === request, true);
});
