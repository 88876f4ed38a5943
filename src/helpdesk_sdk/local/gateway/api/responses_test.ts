import { packed } from "./responses.ts";
import { assertEquals } from "../testing.ts";

const long = { text: "All about it. ".repeat(500) };
const browser = { origin: "http://127.0.0.1:4173", "accept-encoding": "gzip, br" };

function answered(headers: Record<string, string>, response: Response): Response {
  return packed(new Request("http://127.0.0.1/rest/v1/tickets", { headers }), response);
}

Deno.test("a long answer for a browser is compressed", async () => {
  const response = answered(browser, Response.json(long, { status: 206 }));
  assertEquals(response.status, 206);
  assertEquals(response.headers.get("content-encoding"), "gzip");
  assertEquals(response.headers.get("content-length"), null);
  const text = response.body!.pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(text).json(), long);
});

Deno.test("other answers are as they were", () => {
  const isKept = (headers: Record<string, string>, response: Response) => answered(headers, response) === response;
  assertEquals(isKept({ "accept-encoding": "gzip" }, Response.json(long)), true);
  assertEquals(isKept({ origin: browser.origin }, Response.json(long)), true);
  assertEquals(isKept(browser, Response.json({}, { headers: { "content-length": "2" } })), true);
  assertEquals(isKept(browser, new Response("a file".repeat(1000))), true);
  assertEquals(isKept(browser, new Response(null, { status: 204 })), true);
});
