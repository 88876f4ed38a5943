import { Breaker } from "./breaker.ts";
import type { Capability } from "./capability.ts";
import { endpointKey, type Options } from "./chat.ts";
import { completion, ENDPOINT, event, refusal, Script, type Step, streamed, stuck } from "./chat_testing.ts";
import { connectionProblem } from "./problems.ts";
import { equal } from "./testing.ts";

const leaky = { message: `bad key sk-canary-1234567890 for "Where is my parcel?"`, code: "sk-canary-1234567890" };

Deno.test("a good answer, with only the fields that are needed", async () => {
  const script = new Script([completion('{"a":1}')]);
  const found = await script.ask();
  equal([found.answer, found.usage], [{ a: 1 }, { tokens_in: 12, tokens_out: 3, is_estimated: false }]);
  equal(Object.keys(script.bodies[0]!).sort(), ["max_tokens", "messages", "model", "response_format"]);
  equal([found.capability.rung, found.isNew], ["json_schema", true]);
});

Deno.test("the ladder goes down where a field is refused, and what is found is remembered", async () => {
  const picky: Step = (body) => {
    const format = (body.response_format as { type: string } | undefined)?.type;
    if (format) {
      return refusal(400, { message: `'response_format' of type ${format} is not supported` })(body, null!) as Response;
    }
    if ("max_tokens" in body) {
      return refusal(400, { message: "Use 'max_completion_tokens', not 'max_tokens'" })(body, null!) as Response;
    }
    return completion('Here it is: ```json\n{"a":{"b":"}"}}\n```')(body, null!) as Response;
  };
  const script = new Script([picky]);
  const found = await script.ask();
  equal(script.bodies.length, 4);
  equal([found.answer, found.capability.rung, found.capability.limit], [
    { a: { b: "}" } },
    "prompt",
    "max_completion_tokens",
  ]);
  equal(script.bodies[3]!.max_completion_tokens, 200);
  const again = new Script([picky]);
  const second = await again.ask({ capability: found.capability });
  equal([again.bodies.length, second.isNew, "response_format" in again.bodies[0]!], [1, false, false]);
});

Deno.test("what was found more than a week ago is tried anew", async () => {
  const old: Partial<Capability> = { rung: "prompt", limit: "max_tokens", probed_at: "2020-01-01T00:00:00Z" };
  const found = await new Script([completion('{"a":1}')]).ask({ capability: old });
  equal([found.capability.rung, found.isNew], ["json_schema", true]);
});

Deno.test("an endpoint that refuses every form is given up", async () => {
  const script = new Script([refusal(400, { message: "json_schema max_tokens max_completion_tokens stream" })]);
  equal(await script.reason(), "model_request_refused");
  equal(script.bodies.length <= 7, true);
});

const finals: [string, Step, string, number][] = [
  ["401", refusal(401, leaky), "model_key_refused", 1],
  ["403", refusal(403, leaky), "model_key_refused", 1],
  ["a model that is not there", refusal(404, { message: "no model", code: "model_not_found" }), "model_not_found", 1],
  ["a used-up quota", refusal(429, { ...leaky, code: "insufficient_quota" }), "model_quota_exhausted", 1],
  ["a rate limit of an hour", refusal(429, leaky, { "retry-after": "3600" }), "model_rate_limited", 1],
  ["a rate limit that stays", refusal(429, leaky, { "retry-after-ms": "5" }), "model_rate_limited", 3],
  ["500 twice", refusal(500, leaky, { "retry-after-ms": "5" }), "model_unreachable", 2],
  ["500 that forbids a repetition", refusal(500, leaky, { "x-should-retry": "false" }), "model_unreachable", 1],
  [
    "a redirect",
    () => new Response(null, { status: 307, headers: { location: "https://evil.example" } }),
    "model_unreachable",
    1,
  ],
  ["another 400", refusal(400, leaky), "model_request_refused", 1],
  ["HTML", () => new Response("<html>canary"), "model_unreachable", 1],
  ["an error inside of 200", () => Response.json({ error: leaky }), "model_unreachable", 1],
  ["prose", completion("I think so."), "answer_invalid", 1],
  ["null", completion(null), "answer_invalid", 1],
  ["an array", completion("[1]"), "answer_invalid", 1],
  ["NaN", completion('{"a": NaN}'), "answer_invalid", 1],
  ["a limit that was reached", completion('{"a":1}', {}, "length"), "answer_truncated", 1],
  ["a filter", completion('{"a":1}', {}, "content_filter"), "answer_refused", 1],
  [
    "a refusal",
    () => Response.json({ choices: [{ message: { content: null, refusal: "No." } }] }),
    "answer_refused",
    1,
  ],
  ["a tool call", () => Response.json({ choices: [{ message: { tool_calls: [{}] } }] }), "answer_invalid", 1],
  ["half of the prompt", completion('{"a":1}', { usage: { prompt_tokens: 5, completion_tokens: 1 } }), "prompt_cut", 1],
  ["1 MB", completion(`{"a":"${"x".repeat(1_048_576)}"}`), "answer_invalid", 1],
  ["a dead endpoint", () => Promise.reject(new TypeError("connect error: Connection refused")), "model_unreachable", 2],
];

for (const [name, step, reason, calls] of finals) {
  Deno.test(`${name}: ${reason} after ${calls}`, async () => {
    const script = new Script([step]);
    equal([await script.reason(), script.bodies.length], [reason, calls]);
  });
}

Deno.test("a rate limit that passes is waited for", async () => {
  const script = new Script([refusal(429, leaky, { "retry-after-ms": "30" }), completion('{"a":1}')]);
  const begun = performance.now();
  equal((await script.ask()).answer, { a: 1 });
  equal(performance.now() - begun >= 29, true);
});

for (
  const [says, step, at, onContent] of [
    ["a stream without a first byte", stuck(""), 60, () => {}],
    ["an answer in one piece that does not come", stuck(""), 600, undefined],
    ["half a stream", stuck('data: {"choices":['), 600, () => {}],
    ["half an answer in one piece", stuck('{"choices":['), 600, undefined],
  ] as [string, Step, number, Options["onContent"]][]
) {
  Deno.test(`${says} ends in time`, async () => {
    const limits = { firstByteMs: 60, wholeMs: 600 };
    const begun = performance.now();
    equal(await new Script([step]).reason({ limits, ...(onContent ? { onContent } : {}) }), "model_timeout");
    const took = performance.now() - begun;
    equal(took >= at - 5 && took < at + 500, true);
  });
}

Deno.test("a slow answer in one piece is waited for", async () => {
  const slow: Step = async () => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return Response.json({ choices: [{ message: { content: '{"a":1}' }, finish_reason: "stop" }] });
  };
  equal((await new Script([slow]).ask({ limits: { firstByteMs: 60, wholeMs: 5000 } })).answer, { a: 1 });
});

Deno.test("the status of an error counts, however long its page is", async () => {
  const page = (status: number): Step => () => new Response("x".repeat(300_000), { status });
  equal(await new Script([page(401)]).reason(), "model_key_refused");
  equal(await new Script([page(502)]).reason(), "model_unreachable");
});

Deno.test("a stream gives the same answer, and its text as it arrives", async () => {
  const pieces: string[] = [];
  const script = new Script([
    streamed(
      ": hello\n\n",
      event({ content: '{"a"' }),
      event({ content: ":1}" }),
      event({}, "stop"),
      "data: [DONE]\n\n",
    ),
  ]);
  const found = await script.ask({ onContent: (piece) => void pieces.push(piece) });
  equal([found.answer, found.usage], [{ a: 1 }, { tokens_in: 10, tokens_out: 2, is_estimated: true }]);
  equal([pieces, script.bodies[0]!.stream], [['{"a"', ":1}"], true]);
});

Deno.test("what is remembered and cannot be sent is forgotten", async () => {
  const probed_at = new Date().toISOString();
  for (const wrong of [{ rung: "x" }, { limit: "messages" }, { rung: null }, { limit: 7 }]) {
    const script = new Script([completion('{"a":1}')]);
    const found = await script.ask({ capability: { probed_at, ...wrong } as Partial<Capability> });
    equal([found.isNew, found.capability.rung, found.capability.limit], [true, "json_schema", "max_tokens"]);
    equal(Array.isArray(script.bodies[0]!["messages"]), true);
  }
});

Deno.test("the object is found behind braces and quotation marks of the prose", async () => {
  for (const prose of ["Use {", 'In {"short', "{not json}", "{".repeat(49)]) {
    equal((await new Script([completion(`${prose} {"a":{"b":"}"}}`)]).ask()).answer, { a: { b: "}" } });
  }
  const begun = performance.now();
  equal(await new Script([completion("{".repeat(60_000))]).reason(), "answer_invalid");
  if (performance.now() - begun > 2000) throw new Error("it takes too long");
});

Deno.test("half a character in an answer is another character, and no end of the run", async () => {
  const half = String.fromCharCode(0xd83d);
  for (const content of [`{"a":["x${half}y\0"],"${half}":{"b":1}}`, '{"a":["x\\ud83dy\\u0000"],"\\uD83D":{"b":1}}']) {
    const found = await new Script([completion(content)]).ask();
    equal(found.answer, { a: ["x\ufffdy\ufffd"], "\ufffd": { b: 1 } });
    equal(found.content.isWellFormed(), true);
  }
  // Both halves are a character, also when they come in two pieces of a stream.
  const whole = await new Script([completion('{"a":"\\ud83d\\ude00\\\\ud83d"}')]).ask();
  equal(whole.answer, { a: "\u{1f600}\\ud83d" });
  const pieces = ['{"a":"' + half, String.fromCharCode(0xde00) + '"}'].map((content) => event({ content }));
  const streams = new Script([streamed(...pieces, event({}, "stop"), "data: [DONE]\n\n")]);
  equal((await streams.ask({ onContent: () => {} })).answer, { a: "\u{1f600}" });
  // Bytes that end within a character.
  const bytes = new TextEncoder().encode(JSON.stringify({ choices: [{ message: { content: '{"a":"x\u00e9"}' } }] }));
  const cut = new Uint8Array([...bytes].filter((byte) => byte !== 0xa9));
  equal((await new Script([() => new Response(cut)]).ask()).answer, { a: "x\ufffd" });
});

Deno.test("a stream that ends in the middle is no answer", async () => {
  const script = new Script([streamed(event({ content: '{"a":1}' }))]);
  equal(await script.reason({ onContent: () => {} }), "model_unreachable");
});

Deno.test("an endpoint that does not stream is asked for the whole, once and for all", async () => {
  const script = new Script([refusal(400, { message: "'stream' is not supported" }), completion('{"a":1}')]);
  const found = await script.ask({ onContent: () => {} });
  equal([found.capability.streams, "stream" in script.bodies[1]!], [false, false]);
});

Deno.test("five failures in a minute open the breaker for a minute, for this endpoint alone", async () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  const script = new Script([refusal(500, {}, { "x-should-retry": "false" })]);
  for (let n = 0; n < 5; n++) equal(await script.reason({ breaker }), "model_unreachable");
  equal([await script.reason({ breaker }), script.bodies.length], ["model_unreachable", 5]);
  equal(breaker.isOpen(`${endpointKey(ENDPOINT)}x`), false);
  now = 60_001;
  await script.reason({ breaker });
  equal(script.bodies.length, 6);
});

Deno.test("failures that are far apart, and answers between them, keep the breaker closed", () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  for (let n = 0; n < 10; n++, now += 16_000) breaker.failed("a");
  for (let n = 0; n < 4; n++) breaker.failed("b");
  breaker.succeeded("b");
  breaker.failed("b");
  equal([breaker.isOpen("a"), breaker.isOpen("b")], [false, false]);
});

for (
  const [says, cause, why] of [
    ["error sending request: Connection refused (os error 111)", undefined, "the connection was refused"],
    [
      "fetch failed",
      "error sending request for url (http://dns.example/): Connection refused",
      "the connection was refused",
    ],
    ["fetch failed", "client error: dns error: Name or service not known", "its name is not known"],
    ["Fetch failed: Requests to port 9 are blocked", undefined, "the platform permits no requests to its port"],
    ["fetch failed", "something about https://refused.example/closed", "the request failed"],
  ] as const
) {
  Deno.test(`a connection that failed with "${cause ?? says}": ${why}`, () => {
    const error = new TypeError(says, cause === undefined ? {} : { cause: new Error(cause) });
    equal(
      connectionProblem("https://u:secret@h.example/key", error),
      `The model's endpoint h.example cannot be reached: ${why}`,
    );
  });
}

Deno.test("the name of an endpoint has no user and no key in it", () => {
  equal(endpointKey(ENDPOINT), "https://model.example/v1 m");
});
