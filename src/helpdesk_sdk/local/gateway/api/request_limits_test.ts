import { checked, jsonDepth, MAX_BODY_BYTES, MAX_JSON_DEPTH, readBody, readJson } from "./request_limits.ts";
import { equal } from "../testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

Deno.test("depth counts brackets outside of strings only", () => {
  equal(jsonDepth(bytes('{"a":[1,{"b":"[[[["}]}')), 3);
  equal(jsonDepth(bytes(String.raw`["\"[[[", []]`)), 2);
  equal(jsonDepth(bytes('"no brackets"')), 0);
});

/** The code of the refusal, or null. */
function refusal(json: Uint8Array | string): string | null {
  const read = readJson(typeof json === "string" ? bytes(json) : json);
  return "fault" in read ? read.fault.code : null;
}

Deno.test("the deepest allowed nesting passes, one more does not", () => {
  equal(refusal(nested(MAX_JSON_DEPTH)), null);
  equal(refusal(nested(MAX_JSON_DEPTH + 1)), "PGRST102");
});

Deno.test("ten thousand levels are refused without being parsed", () => {
  equal(refusal(nested(10_000)), "PGRST102");
});

Deno.test("what is not JSON or not UTF-8 is refused", () => {
  equal(refusal("{"), "PGRST102");
  equal(refusal(new Uint8Array([0x22, 0xff, 0x22])), "PGRST102");
});

Deno.test("half a surrogate pair is refused, a whole one passes", () => {
  equal(refusal(String.raw`{"a":["\ud83d"]}`), "22P02");
  equal(refusal(String.raw`{"\udc00":1}`), "22P02");
  equal(refusal(String.raw`{"a":"\ud83d\ude00"}`), null);
});

Deno.test("a number that JavaScript takes for infinity is refused, however it is written", () => {
  for (const number of ["1e309", "-1E+400", "1e0309", "1e16000", "9".repeat(400), "9".repeat(299) + "e10"]) {
    equal(refusal(`{"a":[{"n":${number}}]}`), "22003", number);
  }
  for (const number of ["1e308", "-1.7e308", "1e-400", "12345678901234567890", '"1e400"']) {
    equal(refusal(`{"a":[{"n":${number}}]}`), null, number);
  }
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

Deno.test("Auth's bodies are JSON whatever their content type says", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
    const request = (body: string) =>
      checked(new Request("http://x/auth/v1/signup", { method: "POST", headers: { "content-type": type }, body }));
    const answer = await request(nested(100_000));
    equal(answer instanceof Response && [answer.status, (await answer.json()).error_code], [400, "bad_json"], type);
    equal(await request('{"email":"a@example.com"}') instanceof Request, true, type);
  }
});
