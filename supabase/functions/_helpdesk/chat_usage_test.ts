import { completion, event, refusal, Script, type Step, streamed, stuck } from "./chat_testing.ts";
import { type Capability, Ladder } from "./capability.ts";
import type { Options } from "./chat.ts";
import { ModelError, type Usage } from "./problems.ts";
import { equal, failure } from "./testing.ts";

const listening: Partial<Options> = { onContent: () => {} };
const stream = (...more: string[]) => streamed(event({ content: '{"a":1}' }), event({}, "stop"), ...more);
const counted = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } })}\n\n`;
const knows = (found: Capability) => [found.streams, found.counts_streams];

Deno.test("a stream is asked for what it cost", async () => {
  const script = new Script([stream(counted, "data: [DONE]\n\n")]);
  const found = await script.ask(listening);
  equal(script.bodies[0]!.stream_options, { include_usage: true });
  equal(found.usage, { tokens_in: 12, tokens_out: 3, is_estimated: false });
  equal(knows(found.capability), [true, true]);
});

Deno.test("an answer in one piece is not: it says so by itself", async () => {
  const script = new Script([completion('{"a":1}')]);
  await script.ask();
  equal("stream_options" in script.bodies[0]!, false);
});

for (
  const [says, error] of [
    ["by its name", { message: "Unknown field: stream_options", param: "stream_options" }],
    ["without its name", { message: "Extra inputs are not permitted" }],
  ] as const
) {
  Deno.test(`an endpoint that refuses that ${says} is asked again without it, once and for all`, async () => {
    const picky: Step = (body, signal) => ("stream_options" in body ? refusal(400, error) : stream())(body, signal);
    const script = new Script([picky]);
    const found = await script.ask(listening);
    equal([script.bodies.length, knows(found.capability), found.isNew], [2, [true, false], true]);
    const again = new Script([picky]);
    equal([(await again.ask({ ...listening, capability: found.capability })).isNew, again.bodies.length], [false, 1]);
  });
}

Deno.test("an endpoint whose memory is older than the field is asked for it", () => {
  const probed_at = new Date().toISOString();
  const old = { rung: "json_object", limit: "max_tokens", streams: true, probed_at } as const;
  equal([new Ladder(old).capability.counts_streams, new Ladder(old).isNew], [true, false]);
});

Deno.test("of an endpoint that is known, a refusal without a name is the last word", async () => {
  const { capability } = await new Script([stream()]).ask(listening);
  const script = new Script([refusal(400, { message: "context too long" })]);
  equal(await script.reason({ ...listening, capability }), "model_request_refused");
  equal(script.bodies.length, 1);
});

/** What an attempt costs whose endpoint did not say: the prompt and the longest answer. */
const most = (attempts: number): Usage => ({
  tokens_in: 10 * attempts,
  tokens_out: 50 * attempts,
  is_estimated: true,
});
const broken: Step = () => Promise.reject(new TypeError("connection closed before message completed"));
const limits = { firstByteMs: 60, wholeMs: 600 };

for (
  const [says, step, options, usage] of [
    ["a stream without a first byte", stuck(""), listening, most(1)],
    ["an answer in one piece that does not come", stuck(""), {}, most(1)],
    ["half a stream", stuck('data: {"choices":['), listening, most(1)],
    ["a stream that ends in the middle", streamed(event({ content: "{" })), listening, most(1)],
    ["an error within a stream", streamed('data: {"error":{"message":"overloaded"}}\n\n'), listening, most(1)],
    ["an answer without an end", completion("x".repeat(1_048_576)), {}, most(1)],
    ["a connection that broke twice", broken, { limits: { firstByteMs: 60, wholeMs: 5000 } }, most(2)],
    ["a gateway that gave up", refusal(504, {}, { "x-should-retry": "false" }), {}, most(1)],
    ["a server that failed", refusal(500, {}, { "x-should-retry": "false" }), {}, null],
    ["a wrong key", refusal(401, {}), {}, null],
    ["a page in place of an answer", () => new Response("<html>"), {}, null],
    ["nobody at the address", () => Promise.reject(new TypeError("Connection refused")), {}, null],
  ] as [string, Step, Partial<Options>, Usage | null][]
) {
  Deno.test(`${says} counts as ${usage ? usage.tokens_in + usage.tokens_out : "no"} tokens`, async () => {
    const error = await failure(ModelError, () => new Script([step]).ask({ limits, ...options }));
    equal(error.usage, usage);
  });
}

Deno.test("an attempt that broke counts beside the answer of the next one", async () => {
  const found = await new Script([broken, completion('{"a":1}')]).ask();
  equal(found.usage, { tokens_in: 22, tokens_out: 53, is_estimated: true });
});
