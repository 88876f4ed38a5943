/** Endpoints of language models for the tests: they answer what a script says, and keep what they were sent. */

import { Breaker } from "./breaker.ts";
import { ask, type Endpoint, type Options, type Prompt } from "./chat.ts";
import { ModelError } from "./problems.ts";
import { failure } from "./testing.ts";

export const ENDPOINT: Endpoint = {
  url: "https://user:pass@model.example/v1",
  key: "sk-canary-1234567890",
  model: "m",
};
export const PROMPT: Prompt = {
  system: "You answer.",
  user: "Where is my parcel?",
  schema_name: "reply",
  schema: { type: "object" },
  max_tokens: 50,
  estimated_tokens: 10,
  least_tokens: 6,
};

export type Step = (body: Record<string, unknown>, signal: AbortSignal) => Response | Promise<Response>;

/** An endpoint that answers these steps in turn, and keeps what it was sent. */
export class Script {
  bodies: Record<string, unknown>[] = [];
  constructor(private readonly steps: Step[]) {}

  fetch = (async (_url: string, init: RequestInit) => {
    const body = JSON.parse(init.body as string) as Record<string, unknown>;
    this.bodies.push(body);
    const step = this.steps[Math.min(this.bodies.length, this.steps.length) - 1]!;
    return await step(body, init.signal as AbortSignal);
  }) as typeof fetch;

  ask(options: Partial<Options> = {}) {
    const limits = { firstByteMs: 1000, wholeMs: 5000 };
    return ask(ENDPOINT, PROMPT, { limits, fetch: this.fetch, breaker: new Breaker(), ...options });
  }

  async reason(options: Partial<Options> = {}): Promise<string> {
    const error = await failure(ModelError, () => this.ask(options));
    const shown = `${error.message} ${JSON.stringify(error)}`;
    for (const secret of ["canary", "parcel", "user:pass"]) {
      if (shown.includes(secret)) throw new Error(`the problem holds a secret: ${shown}`);
    }
    return error.reason;
  }
}

export const completion = (content: unknown, more: Record<string, unknown> = {}, finish = "stop"): Step => () =>
  Response.json({
    choices: [{ message: { content }, finish_reason: finish }],
    usage: { prompt_tokens: 12, completion_tokens: 3 },
    ...more,
  });

export const refusal =
  (status: number, error: Record<string, unknown>, headers: Record<string, string> = {}): Step => () =>
    Response.json({ error }, { status, headers });

/** A body that sends a piece and then nothing, until it is aborted. */
export const stuck = (piece: string, type = "application/json"): Step => (_body, signal) => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (piece) controller.enqueue(new TextEncoder().encode(piece));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  return new Response(body, { headers: { "content-type": type } });
};

export const event = (delta: unknown, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\r\n\r\n`;
export const streamed = (...events: string[]): Step => () =>
  new Response(events.join(""), { headers: { "content-type": "text/event-stream; charset=utf-8" } });
