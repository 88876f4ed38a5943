/**
 * Query values and object arguments in plain @supabase/lite and in the shimmed gateway. When the first half of a pair
 * fails, a newer version has fixed the difference, and the shim can go.
 *
 * Needs a database with the roles of a Supabase project: HELPDESK_TEST_DB_URL.
 */

import { App } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { rewriteTree } from "./logic_tree.ts";
import { keepQueryValues, rewriteFilter } from "./query_literals.ts";
import { driverOptions, jsonText, unmarked } from "./values.ts";
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
    answers.push(await (await app.fetch(shimmed ? keepQueryValues(request) : request)).json());
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

Deno.test("a value that looks like something else is found", async () => {
  const odd = [
    "{x}",
    "{a,b}",
    " a",
    "a ",
    'a"b',
    "a\\b",
    "1e3",
    "null",
    "true",
    "2026-01-31",
    "(a,b)",
    "a,b",
    '{"a":1}',
    "0x10",
  ];
  const { app, connection } = await open(true);
  for (const value of odd) await connection.driver`insert into words.texts values (${value}) on conflict do nothing`;
  const ask = async (name: string, filter: string) => {
    const path = `texts?select=value&${name}=${encodeURIComponent(filter)}`;
    const request = new Request(`http://127.0.0.1/rest/v1/${path}`, {
      headers: { apikey: KEY, "accept-profile": "words" },
    });
    return await (await app.fetch(keepQueryValues(request))).json();
  };
  for (const value of odd) {
    const inQuotes = `"${value.replace(/["\\]/g, "\\$&")}"`;
    assertEquals(await ask("value", `eq.${value}`), row(value), value);
    assertEquals(await ask("value", `in.(${inQuotes},nothing)`), row(value), value);
    assertEquals(await ask("value", `eq(any).{${inQuotes}}`), row(value), value);
    for (const tree of [`(value.eq.${inQuotes},value.eq.nothing)`, `(value.in.(${inQuotes},nothing))`]) {
      assertEquals(await ask("or", tree), row(value), tree);
    }
    assertEquals(
      (await ask("value", `neq.${value}`)).some((one: { value: string }) => one.value === value),
      false,
      value,
    );
  }
  assertEquals(await ask("value", "like(any).{null,1e*}"), row("1e3"));
  assertEquals(await ask("value", 'like(all).{"{*",*x*}'), row("{x}"));
  await connection.driver.end({ timeout: 1 });
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

/** What lite receives, with every marked text shown between ticks. */
function shown(text: string): string {
  return text.replace(/hv[0-9a-f]{32}[0-9a-f]*/g, (one) => `\`${unmarked(one)}\``);
}

Deno.test("only values that lite would change are replaced", () => {
  for (const value of ["eq.5", "eq.-5", "eq.a", "is.null", "not.is.null", "fts.1.0", "eq.", "in.()", "cs.{}", "1.0"]) {
    assertEquals(rewriteFilter(value), value);
  }
  const written: [string, string][] = [
    ["not.eq.1.0", "not.eq.`1.0`"],
    ["eq.null", "eq.`null`"],
    ["eq.{x}", "eq.`{x}`"],
    ["neq. a ", "neq.` a `"],
    ["like.true*", "like.true%"],
    ["in.(1.0,2)", 'in.("1.0","2")'],
    ['in.("a\\"b", c,)', 'in.("a\\"b"," c","")'],
    ["cs.{1e3,a}", 'cs.{"1e3","a"}'],
    ['cs.{"a":1}', 'cs.{"a":1}'],
    ["like(any).{a*,b}", 'like(any).{"a%","b"}'],
  ];
  for (const [value, expected] of written) assertEquals(shown(rewriteFilter(value)), expected, value);
  const trees: [string, string][] = [
    ["(a.eq.1,b.eq.x)", "(a.eq.1,b.eq.x)"],
    ['(a.eq."x\\"y",b.is.null)', '(a.eq.`x"y`,b.is.null)'],
    ["(a.eq.1e3,not.and(b.not.eq.{x},c.in.(1,2)))", '(a.eq.`1e3`,not.and(b.not.eq.`{x}`,c.in.("1","2")))'],
    ['(a.in.("a,b","c\\"d"))', '(a.in.(`a,b`,`c"d`))'],
    ["(a.eq.1", "(a.eq.1"],
    ["(a.like.*x y*,b.gt.2026-01-01T00:00:00+00:00)", "(a.like.`%x y%`,b.gt.2026-01-01T00:00:00+00:00)"],
  ];
  for (const [value, expected] of trees) assertEquals(shown(rewriteTree(value, rewriteFilter)), expected, value);
  const request = new Request("http://127.0.0.1/auth/v1/admin/users?page=1.0");
  assertEquals(keepQueryValues(request) === request, true);
});
