/**
 * The statements that plain lite and the shimmed lite send for a request. When the first half fails, lite sends fewer
 * statements, and the shim may go. When the second half fails, lite's statements changed, and the shim must follow.
 *
 * Needs a database with the roles of a Supabase project: HELPDESK_TEST_DB_URL.
 */

import { App } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { SignJWT } from "jose";
import type postgres from "postgres";
import { batchSettings } from "./transactions.ts";
import { withoutLookups } from "./logins.ts";
import { driverOptions } from "./values.ts";
import { applyShims } from "./shims.ts";
import { assertEquals } from "../testing.ts";

const SECRET = "x".repeat(40);
const KEY = "sb_secret_x";

interface Side {
  app: App;
  connection: PostgresConnection;
  /** The statements sent since the list was last emptied. */
  told: string[];
}

async function open(shimmed: boolean): Promise<Side> {
  const told: string[] = [];
  const debug = (_connection: number, text: string) => void told.push(text.trim());
  const connection = new PostgresConnection({
    url: Deno.env.get("HELPDESK_TEST_DB_URL") ?? "",
    postgresOptions: { ...(shimmed ? driverOptions : { onnotice: () => {} }), max: 1, connect_timeout: 2, debug },
  });
  if (shimmed) applyShims(connection, connection.driver, ["steps"]);
  const auth = { enabled: true, jwt_secret: SECRET, publishable_key: "sb_publishable_x", secret_key: KEY };
  // deno-lint-ignore no-explicit-any -- the type demands every setting that has a default
  const app = new App({ connection, api: { schemas: ["steps"] }, auth } as any) as App;
  await app.ensureSystemSchema();
  await connection.driver.unsafe(`
    drop schema if exists steps cascade;
    create schema steps;
    create table steps.goods (id int primary key);
    alter table steps.goods enable row level security;
    create function steps.seen(names text[]) returns json language sql stable as
      $$ select json_object_agg(name, current_setting(name, true)) from unnest(names) as name $$;
    create function steps.put(id int) returns int language sql as
      $$ insert into steps.goods values (id) returning 1 / (id - 13) $$;
    grant usage on schema steps to anon, authenticated, service_role;
    revoke all on steps.goods from public, anon, authenticated, service_role;
    grant select, insert on steps.goods to service_role`);
  return { app, connection, told };
}

/** Run `look` on plain lite, then on the shimmed lite. */
async function both<T>(look: (side: Side) => Promise<T>): Promise<[T, T]> {
  const results: T[] = [];
  for (const shimmed of [false, true]) {
    const side = await open(shimmed);
    try {
      results.push(await look(side));
    } finally {
      await side.connection.driver.end({ timeout: 1 });
    }
  }
  return results as [T, T];
}

function ask({ app }: Side, path: string, body?: unknown, headers: HeadersInit = {}): Promise<Response> {
  const all = new Headers(headers);
  for (const name of ["accept-profile", "content-profile"]) all.set(name, "steps");
  all.set("apikey", KEY);
  all.set("content-type", "application/json");
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return app.fetch(new Request(`http://127.0.0.1/rest/v1/${path}`, { headers: all, ...init }));
}

/** The statements for a request of a kind that was served before. */
async function toldFor(side: Side, path: string, body?: unknown): Promise<string[]> {
  await (await ask(side, path, body)).text();
  side.told.length = 0;
  await (await ask(side, path, body)).text();
  return [...side.told];
}

/** The first words of each statement. */
function beginnings(statements: string[]): string[] {
  return statements.map((text) => text.match(/^[a-z]+( given)?/i)![0].toLowerCase());
}

/** A token of a new user, with the given claims. */
async function tokenOf({ app }: Side, claims: Record<string, unknown>): Promise<string> {
  const headers = { apikey: "sb_publishable_x", "content-type": "application/json" };
  const body = JSON.stringify({ email: `${crypto.randomUUID()}@example.com`, password: "long enough" });
  const answer = await app.fetch(new Request("http://127.0.0.1/auth/v1/signup", { method: "POST", headers, body }));
  const { user } = await answer.json();
  const key = new TextEncoder().encode(SECRET);
  return await new SignJWT({ sub: user.id, ...claims }).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h")
    .sign(key);
}

/** Whether the only connection is still in a transaction, or still has a role. */
async function leftovers({ connection }: Side): Promise<unknown[]> {
  const failure = await connection.driver.unsafe("savepoint probe").catch((error) => error.code);
  const [row] = await connection.driver`
    select current_user = session_user as nobody, current_setting('request.jwt.claims', true) as claims`;
  return [failure === "25P01", row!.nobody, row!.claims || null];
}

Deno.test("a request sends begin, one statement with all settings, its own statement, and commit", async () => {
  const [plain, ours] = await both((side) => toldFor(side, "goods?select=id"));
  assertEquals(plain.length > 6, true, plain.join("\n"));
  assertEquals(beginnings(ours), ["begin", "with given", "select", "commit"], ours.join("\n"));
});

Deno.test("a person's request looks up neither login nor session", async () => {
  const [plain, ours] = await both(async (side) => {
    const headers = { authorization: `Bearer ${await tokenOf(side, { role: "authenticated", session_id: "x" })}` };
    const serve = async () => await (await ask(side, "goods?select=id", undefined, headers)).text();
    side.told.length = 0;
    await withoutLookups(serve);
    return side.told.filter((text) => text.includes('"auth".'));
  });
  assertEquals(plain.length > 0, true, plain.join("\n"));
  assertEquals(ours, []);
});

Deno.test("a function call sends one more statement, which reads the response's status and headers", async () => {
  for (const [path, body] of [["rpc/seen", { names: ["role"] }], ["rpc/seen?names={role}", undefined]] as const) {
    const [plain, ours] = await both((side) => toldFor(side, path, body));
    assertEquals(plain.length > 12, true, plain.join("\n"));
    assertEquals(beginnings(ours), ["begin", "with given", "select", "select", "commit"], ours.join("\n"));
    assertEquals(ours.at(-2)!.includes("response.status"), true);
  }
});

Deno.test("a request sees the same settings as before", async () => {
  const names = [
    ...["role", "request.jwt.claims", "request.jwt.claim.sub", "request.jwt.claim.role", "storage.operation"],
    ...["request.method", "request.path", "request.headers", "response.status", "response.headers"],
    ...["transaction_read_only", "search_path", "TimeZone"],
  ];
  const odd = `'); drop schema steps; -- "\\ $1 ${"{}"} %`;
  const [plain, ours] = await both(async (side) => {
    const claims = { role: "authenticated", exp: 4e9, odd: `${odd}\u0000\u{1f600}` };
    const token = await tokenOf(side, claims);
    const headers = { authorization: `Bearer ${token}`, "x-odd": odd };
    const called = await (await ask(side, "rpc/seen", { names }, headers)).json();
    const read = await (await ask(side, `rpc/seen?names={${names}}`, undefined, headers)).json();
    const text = JSON.stringify([called, read, await (await ask(side, "rpc/seen", { names })).json()]);
    const sub = called["request.jwt.claim.sub"];
    assertEquals([called["transaction_read_only"], read["transaction_read_only"]], ["off", "on"]);
    assertEquals([called["role"], JSON.parse(called["request.headers"])["x-odd"]], ["authenticated", odd]);
    assertEquals(JSON.parse(called["request.jwt.claims"]).odd, claims.odd);
    return text.replaceAll(sub, "SUB").replaceAll(token, "TOKEN").replace(/\\"(exp|iat)\\":\d+/g, "");
  });
  assertEquals(ours, plain);
});

Deno.test("an unknown role, a failed statement and a forbidden write roll everything back", async () => {
  const [plain, ours] = await both(async (side) => {
    const headers = { authorization: `Bearer ${await tokenOf(side, { role: "nonesuch" })}` };
    const seen: unknown[] = [];
    const requests = [["goods", undefined, headers], ["rpc/put", { id: 13 }], ["rpc/put?id=1"]] as const;
    for (const [path, body, others] of requests) {
      const answer = await ask(side, path, body, others);
      seen.push([answer.status, (await answer.json()).code, ...await leftovers(side)]);
    }
    const rows = await (await ask(side, "goods?select=id")).json();
    return [seen, rows];
  });
  const cleanState = [true, true, null];
  assertEquals(ours[0], [[400, "22023", ...cleanState], [400, "22012", ...cleanState], [
    405,
    "25006",
    ...cleanState,
  ]]);
  assertEquals([ours[1], plain[1]], [[], []]);
  assertEquals(ours, plain);
});

/** A reserved connection that refuses statements beginning with `refused`, and the statements it received. */
async function scripted(refused = "none") {
  const told: string[] = [];
  const unsafe = async (text: string) => {
    const word = text.trim().split(" ")[0]!;
    told.push(word);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (word === refused) throw new Error(`no ${word}`);
    return [text];
  };
  const driver = { reserve: () => Promise.resolve({ unsafe }) } as unknown as postgres.Sql;
  batchSettings(driver);
  const reserved = await driver.reserve();
  const run = async (text: string, ...values: string[]) => {
    return await reserved.unsafe(text, values).then((result) => String(result), (error) => String(error.message));
  };
  return { run, told };
}

const SET_ROLE = "SELECT set_config('role', $1, true)";

Deno.test("no statement of the request runs when BEGIN or the settings fail", async () => {
  for (const [refused, told] of [["begin", ["begin", "with"]], ["with", ["begin", "with", "rollback"]]] as const) {
    const side = await scripted(refused);
    await side.run("begin");
    await side.run(SET_ROLE, "anon");
    assertEquals(await side.run("delete"), `no ${refused}`);
    assertEquals(await side.run("delete"), `no ${refused}`);
    await side.run("rollback");
    assertEquals(side.told, told);
    assertEquals(await side.run("select"), "select");
  }
});

Deno.test("a rollback during BEGIN runs after BEGIN", async () => {
  const side = await scripted();
  await side.run("begin");
  await Promise.all([side.run("delete"), side.run("rollback")]);
  assertEquals(side.told, ["begin", "delete", "rollback"]);
});

Deno.test("concurrent statements wait for the settings, and later settings are included", async () => {
  const side = await scripted();
  await side.run("begin");
  await side.run(SET_ROLE, "anon");
  await Promise.all([side.run("first"), side.run("second")]);
  await side.run(SET_ROLE, "authenticated");
  await side.run("third");
  await side.run("commit");
  await side.run("begin");
  await side.run("commit");
  assertEquals(side.told, ["begin", "with", "first", "second", "with", "third", "commit", "begin", "commit"]);
});

Deno.test("a statement that does more than change a setting is sent unchanged", async () => {
  const odd = ["select set_config('role', $1, false)", "set local role anon; reset role", "reset role"];
  for (const text of odd) {
    const side = await scripted();
    await side.run("begin");
    assertEquals(await side.run(text, "anon"), text);
    assertEquals(side.told.length, 2);
  }
  const side = await scripted();
  assertEquals(await side.run(SET_ROLE, "anon"), SET_ROLE, "outside a transaction");
});
