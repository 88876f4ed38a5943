import { Api, ApiError } from "./api.ts";
import { eventStream, json, refusal } from "./http.ts";
import { idHeader, logged, noteRun, requestIdOf, warn } from "./request_log.ts";
import { equal } from "./testing.ts";

type Line = Record<string, unknown>;

/** The lines that this work writes. */
async function linesOf(work: () => Promise<void>): Promise<Line[]> {
  const [lines, log] = [[] as Line[], console.log];
  console.log = (text: string) => void lines.push(JSON.parse(text));
  try {
    await work();
    // A line is written when the work is done, which is after the response.
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    console.log = log;
  }
  return lines;
}

const post = (id?: string) =>
  new Request("https://project.example/f", {
    method: "POST",
    body: "A customer's words",
    headers: { authorization: "Bearer token-of-a-person", ...(id ? { "x-client-request-id": id } : {}) },
  });

Deno.test("an id of the caller is kept, and anything else is replaced", () => {
  for (const id of ["a", "1-67891233-abcdef:x/y+z=", "x".repeat(100)]) {
    equal(requestIdOf(new Headers({ "x-client-request-id": id })), id);
  }
  for (const id of ["", "x".repeat(101), "a b", "a;b", '{"a"}', "<b>", "ä", "a@b"]) {
    const found = requestIdOf(new Headers({ "x-client-request-id": id }));
    equal([/^[0-9a-f]{32}$/.test(found), found === id], [true, false]);
  }
});

Deno.test("a request is one line with its id, its run and its status, and nothing that was sent", async () => {
  let answered: Response;
  const lines = await linesOf(async () => {
    answered = await logged("f", (request) => {
      noteRun("r-1");
      return request.text().then((text) => json({ text }));
    })(post("c-1"));
  });
  equal(lines.length, 1);
  const { time, ms, ...rest } = lines[0]!;
  equal(rest, {
    level: "info",
    message: "f: 200",
    request_id: "c-1",
    run_id: "r-1",
    function: "f",
    status: 200,
    reason: null,
  });
  equal([/^\d{4}-.*Z$/.test(time as string), Number.isInteger(ms)], [true, true]);
  equal(/customer|token/.test(JSON.stringify(lines)), false);
  equal(answered!.headers.get("x-client-request-id"), "c-1");
  equal(answered!.headers.get("access-control-expose-headers"), "x-client-request-id");
});

Deno.test("a refusal names its reason, a fault is a warning, and a preflight has no line", async () => {
  const refused = new ApiError(404, { details: "helpdesk.ticket_not_found", message: "A customer's words" });
  const lines = await linesOf(async () => {
    await logged("f", () => Promise.resolve(refusal(refused)))(post());
    await logged("f", () => Promise.resolve(refusal(new TypeError("A customer's words"))))(post("c-2"));
    await logged("f", () => Promise.resolve(json({})))(new Request("https://project.example", { method: "OPTIONS" }));
  });
  equal(lines.map(({ level, status, reason }) => [level, status, reason]), [
    ["info", 404, "ticket_not_found"],
    ["warning", undefined, undefined],
    ["warning", 500, "internal"],
  ]);
  equal([lines[1]!.message, lines[1]!.request_id], ["TypeError", "c-2"]);
  equal(/customer/.test(JSON.stringify(lines)), false);
});

Deno.test("a handler that throws has its line", async () => {
  const lines = await linesOf(async () => {
    await logged("f", () => Promise.reject(new Error("x")))(post("c-3")).catch(() => {});
  });
  equal(lines.map(({ request_id, status }) => [request_id, status]), [["c-3", 500]]);
});

Deno.test("a stream has its line at its end, with the status that it ended with", async () => {
  const failing = () => Promise.reject(new ApiError(409, { details: "helpdesk.assistant_off" }));
  const lines = await linesOf(async () => {
    for (const work of [() => Promise.resolve(), failing]) {
      const response = await logged("f", () => Promise.resolve(eventStream(work)))(post("c-4"));
      equal(response.status, 200);
      await response.text();
    }
  });
  equal(lines.map(({ status, reason }) => [status, reason]), [[200, null], [409, "assistant_off"]]);
});

Deno.test("the requests of two callers at once carry each their own id", async () => {
  const sent: [string, string | undefined][] = [];
  const send = ((address: string, init: RequestInit) => {
    sent.push([new URL(address).pathname, (init.headers as Record<string, string>)["x-client-request-id"]]);
    return Promise.resolve(Response.json(null));
  }) as unknown as typeof fetch;
  const api = new Api({ url: "https://project.example", secretKey: "s", publicKey: "p" }, send);
  const handle = logged("f", async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await api.request("GET", `/${request.headers.get("x-client-request-id")}`, {});
    warn("on the way");
    return json({});
  });
  const lines = await linesOf(async () => void await Promise.all([handle(post("a")), handle(post("b"))]));
  equal(sent.toSorted(), [["/a", "a"], ["/b", "b"]]);
  equal(lines.map(({ request_id }) => request_id).toSorted(), ["a", "a", "b", "b"]);
  equal(idHeader(), {});
});
