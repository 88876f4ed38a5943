import { ApiError } from "./api.ts";
import { bodyOf } from "./http.ts";
import { equal, failure } from "./testing.ts";

const URL = "https://project.example/f";
const post = (body: BodyInit) => new Request(URL, { method: "POST", body });

Deno.test("the named values are read, and nothing else", async () => {
  equal(await bodyOf(post('{"a":1,"b":null,"c":2}'), ["a", "b"]), { a: 1 });
  equal(await bodyOf(post(" "), ["a"]), {});
  equal(await bodyOf(new Request(URL), ["a"]), {});
});

Deno.test("letters that two pieces of the body share stay whole", async () => {
  const pieces = [...new TextEncoder().encode('{"a":"Größe"}')].map((byte) => new Uint8Array([byte]));
  equal(await bodyOf(post(ReadableStream.from(pieces)), ["a"]), { a: "Größe" });
});

for (const body of ["[]", "1", "null", "{", new Uint8Array([0xff])]) {
  Deno.test(`${body} is refused`, async () => {
    const error = await failure(ApiError, () => bodyOf(post(body), ["a"]));
    equal([error.status, error.reason], [400, "invalid_value"]);
  });
}

Deno.test("the longest request is read", async () => {
  const wish = "\u{1f4e6}".repeat(1000);
  const escaped = JSON.stringify({ wish }).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
  equal(await bodyOf(post(escaped), ["wish"]), { wish });
});

Deno.test("a body without an end is left at its limit", async () => {
  let sent = 0;
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 10_000;
      controller.enqueue(new Uint8Array(10_000).fill(32));
    },
    cancel: () => void (isCancelled = true),
  });
  const error = await failure(ApiError, () => bodyOf(post(endless), ["a"]));
  equal([error.status, error.reason, isCancelled], [413, "invalid_value", true]);
  equal(sent < 200_000, true);
});
