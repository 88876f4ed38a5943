import { type Answer, check, respond } from "./report.ts";

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}

function clock(...times: number[]): () => number {
  return () => times.shift() ?? 0;
}

const answering = (answer: Answer) => () => Promise.resolve(answer);

Deno.test("a migrated database is reported with its version and latency", async () => {
  const report = await check(answering({ data: "20260101000000", error: null }), clock(10, 12.345));
  equal(report, { status: "ok", database: "reachable", schema_version: "20260101000000", latency_ms: 2.3 });
  equal(respond(report).status, 200);
});

Deno.test("a database without the helpdesk is reachable but not healthy", async () => {
  const report = await check(answering({ data: null, error: { code: "PGRST202", message: "no function" } }), clock());
  equal([report.status, report.database, respond(report).status], ["not_migrated", "reachable", 503]);
});

Deno.test("an unexpected error counts as unreachable and is not revealed", async () => {
  const report = await check(answering({ data: null, error: { code: "PGRST001", message: "secret host" } }), clock());
  equal([report.status, report.database, respond(report).status], ["unreachable", "unreachable", 503]);
  equal((await respond(report).text()).includes("secret host"), false);
});

Deno.test("a network error is reported, not thrown", async () => {
  const report = await check(() => Promise.reject(new TypeError("refused")), clock());
  equal(report.status, "unreachable");
});
