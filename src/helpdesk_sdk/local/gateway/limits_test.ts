import { checked, jsonDepth, jsonProblem, MAX_BODY_BYTES, MAX_JSON_DEPTH, readBody } from "./limits.ts";
import { equal } from "./testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

Deno.test("depth counts brackets outside of strings only", () => {
  equal(jsonDepth(bytes('{"a":[1,{"b":"[[[["}]}')), 3);
  equal(jsonDepth(bytes(String.raw`["\"[[[", []]`)), 2);
  equal(jsonDepth(bytes('"no brackets"')), 0);
});

Deno.test("the deepest allowed nesting passes, one more does not", () => {
  equal(jsonProblem(bytes(nested(MAX_JSON_DEPTH))), null);
  equal(jsonProblem(bytes(nested(MAX_JSON_DEPTH + 1)))?.status, 400);
});

Deno.test("ten thousand levels are refused without being parsed", () => {
  equal(jsonProblem(bytes(nested(10_000)))?.status, 400);
});

Deno.test("what is not JSON or not UTF-8 is refused", async () => {
  equal((await jsonProblem(bytes("{"))?.json()).code, "PGRST102");
  equal(jsonProblem(new Uint8Array([0x22, 0xff, 0x22]))?.status, 400);
});

Deno.test("half a surrogate pair is refused, a whole one passes", async () => {
  equal((await jsonProblem(bytes(String.raw`{"a":["\ud83d"]}`))?.json()).code, "22P02");
  equal((await jsonProblem(bytes(String.raw`{"\udc00":1}`))?.json()).code, "22P02");
  equal(jsonProblem(bytes(String.raw`{"a":"\ud83d\ude00"}`)), null);
});

Deno.test("a body is measured while it arrives, whatever its length header says", async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) });
  const answer = await readBody(new Request("http://x/", { method: "POST", body: endless }), MAX_BODY_BYTES);
  equal(answer instanceof Response && answer.status, 413);
});

Deno.test("a good request arrives unchanged", async () => {
  const headers = { "content-type": "application/json", "x-other": "kept" };
  const judged = await checked(new Request("http://x/rest/v1/t", { method: "POST", headers, body: '{"a":1}' }));
  equal(judged instanceof Request && [await judged.text(), judged.headers.get("x-other")], ['{"a":1}', "kept"]);
});

Deno.test("an upload need not be JSON", async () => {
  const headers = { "content-type": "application/json" };
  const judged = await checked(new Request("http://x/storage/v1/object/b/k", { method: "POST", headers, body: "{" }));
  equal(judged instanceof Request, true);
});
