/** Bodies as PostgREST reads them. The answers over HTTP are in tests/local/test_postgrest_bodies.py. */

import { rewriteBody } from "./request_body.ts";
import { unmarked } from "./values.ts";
import { assertEquals } from "../testing.ts";

Deno.test("a named column that an object lacks is null", () => {
  assertEquals(rewriteBody({ a: 1 }, ["a", "b"], false), { a: 1, b: null });
  assertEquals(rewriteBody([{ a: 1 }, { b: 2 }], ["a", "b"], false), [{ a: 1, b: null }, { b: 2, a: null }]);
});

Deno.test("a body that lite reads correctly is unchanged", () => {
  for (const body of [undefined, null, 5, "[1]", [], [[1]], [5], { a: "[no JSON", b: { c: "[1]" } }]) {
    assertEquals(rewriteBody(body, [], false) === body, true);
  }
});

Deno.test("a string that holds JSON stays a string", () => {
  const written = rewriteBody({ a: '{"b":1}' }, [], false) as { a: string };
  assertEquals(JSON.stringify(unmarked(written.a)), '{"text":"{\\"b\\":1}"}');
  assertEquals(String(unmarked(written.a)), '{"b":1}');
});

Deno.test("a function gets the first object of a list", () => {
  assertEquals(rewriteBody([{ a: 1 }, { a: 2 }], [], true), { a: 1 });
  assertEquals(rewriteBody([1], [], true), [1]);
});
