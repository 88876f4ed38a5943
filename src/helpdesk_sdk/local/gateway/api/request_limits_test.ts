import { checkRequest, jsonDepth, MAX_BODY_BYTES, MAX_JSON_DEPTH, readBody, readJson } from "./request_limits.ts";
import { assertEquals } from "../testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

Deno.test("depth counts only brackets outside strings", () => {
  assertEquals(jsonDepth(bytes('{"a":[1,{"b":"[[[["}]}')), 3);
  assertEquals(jsonDepth(bytes(String.raw`["\"[[[", []]`)), 2);
  assertEquals(jsonDepth(bytes('"no brackets"')), 0);
});

/** The code of the error, or null. */
function refusal(json: Uint8Array | string): string | null {
  const read = readJson(typeof json === "string" ? bytes(json) : json);
  return "error" in read ? read.error.code : null;
}

Deno.test("the deepest allowed nesting passes, one level more is refused", () => {
  assertEquals(refusal(nested(MAX_JSON_DEPTH)), null);
  assertEquals(refusal(nested(MAX_JSON_DEPTH + 1)), "PGRST102");
});

Deno.test("ten thousand levels are refused without being parsed", () => {
  assertEquals(refusal(nested(10_000)), "PGRST102");
});

Deno.test("invalid JSON and invalid UTF-8 are refused", () => {
  assertEquals(refusal("{"), "PGRST102");
  assertEquals(refusal(new Uint8Array([0x22, 0xff, 0x22])), "PGRST102");
});

Deno.test("half a surrogate pair is refused, a whole one passes", () => {
  assertEquals(refusal(String.raw`{"a":["\ud83d"]}`), "22P02");
  assertEquals(refusal(String.raw`{"\udc00":1}`), "22P02");
  assertEquals(refusal(String.raw`{"a":"\ud83d\ude00"}`), null);
});

Deno.test("a number that JavaScript reads as infinity is refused in every notation", () => {
  for (const number of ["1e309", "-1E+400", "1e0309", "1e16000", "9".repeat(400), "9".repeat(299) + "e10"]) {
    assertEquals(refusal(`{"a":[{"n":${number}}]}`), "22003", number);
  }
  for (const number of ["1e308", "-1.7e308", "1e-400", "12345678901234567890", '"1e400"']) {
    assertEquals(refusal(`{"a":[{"n":${number}}]}`), null, number);
  }
});

Deno.test("a body is measured on arrival, whatever Content-Length says", async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) });
  const answer = await readBody(new Request("http://x/", { method: "POST", body: endless }), MAX_BODY_BYTES);
  assertEquals(answer instanceof Response && answer.status, 413);
});

Deno.test("a valid request arrives unchanged", async () => {
  const headers = { "content-type": "application/json", "x-other": "kept" };
  const judged = await checkRequest(new Request("http://x/rest/v1/t", { method: "POST", headers, body: '{"a":1}' }));
  assertEquals(judged instanceof Request && [await judged.text(), judged.headers.get("x-other")], ['{"a":1}', "kept"]);
});

Deno.test("an upload need not be JSON", async () => {
  const headers = { "content-type": "application/json" };
  const judged = await checkRequest(
    new Request("http://x/storage/v1/object/b/k", { method: "POST", headers, body: "{" }),
  );
  assertEquals(judged instanceof Request, true);
});

Deno.test("Auth's bodies are JSON for every content type", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
    const request = (body: string) =>
      checkRequest(new Request("http://x/auth/v1/signup", { method: "POST", headers: { "content-type": type }, body }));
    const answer = await request(nested(100_000));
    assertEquals(
      answer instanceof Response && [answer.status, (await answer.json()).error_code],
      [400, "bad_json"],
      type,
    );
    assertEquals(await request('{"email":"a@example.com"}') instanceof Request, true, type);
  }
});
