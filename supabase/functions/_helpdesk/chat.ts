/**
 * One answer of a language model, from any endpoint with OpenAI's `/chat/completions`.
 *
 * The ladder: JSON by schema, JSON without one, the schema in the prompt alone. An endpoint that refuses a field is asked
 * again without it, and what it takes is remembered. Only fields that are needed are sent: some endpoints refuse all
 * others.
 */

import { Breaker } from "./breaker.ts";
import { type Completion, jsonIn, readCompletion, readText, usageOf } from "./completion.ts";
import { connectionProblem, type ErrorNames, errorNames, ModelError, statusProblem, type Usage } from "./problems.ts";

export interface Endpoint {
  /** The URL that `/chat/completions` is added to. */
  url: string;
  key: string | null;
  model: string;
}

export interface Prompt {
  system: string;
  user: string;
  schema_name: string;
  schema: Record<string, unknown>;
  /** The limit of the answer. */
  max_tokens: number;
  /** The length of the prompt. */
  estimated_tokens: number;
  /** The least that an endpoint counts that has read the whole prompt. */
  least_tokens: number;
}

/** What an endpoint takes. */
export interface Capability {
  rung: "json_schema" | "json_object" | "prompt";
  limit: "max_tokens" | "max_completion_tokens";
  streams: boolean;
  /** When it was found out: after a week it is tried anew. */
  probed_at: string;
}

export interface Limits {
  /** Of an answer that arrives as a stream. */
  firstByteMs: number;
  wholeMs: number;
}

export const SUGGEST_LIMITS: Limits = { firstByteMs: 30_000, wholeMs: 60_000 };
export const TRIAGE_LIMITS: Limits = { firstByteMs: 20_000, wholeMs: 20_000 };

export interface Answer {
  answer: unknown;
  content: string;
  usage: Usage;
  capability: Capability;
  /** Whether the capability was not known before. */
  isNew: boolean;
}

export interface Options {
  limits: Limits;
  capability?: Capability | null;
  /** Receives the model's text as it arrives; asks for a stream. */
  onContent?: (piece: string) => void;
  fetch?: typeof fetch;
  breaker?: Breaker;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;
const REFUSALS_MAX = 6;
const REPEATS_MAX = 2;
const WAIT_MAX_MS = 10_000;
const RUNGS: Capability["rung"][] = ["json_schema", "json_object", "prompt"];
const sharedBreaker = new Breaker();

/** The name under which the capability of an endpoint is remembered. */
export function endpointKey(endpoint: Endpoint): string {
  const { origin, pathname } = new URL(endpoint.url);
  return `${origin}${pathname} ${endpoint.model}`.slice(0, 300);
}

/**
 * Ask the model for one answer.
 *
 * @throws ModelError with the reason why there is none
 */
export async function ask(endpoint: Endpoint, prompt: Prompt, options: Options): Promise<Answer> {
  const breaker = options.breaker ?? sharedBreaker;
  const key = endpointKey(endpoint);
  if (breaker.isOpen(key)) {
    throw new ModelError("model_unreachable", "The model's endpoint failed five times within a minute: it rests");
  }
  try {
    const answer = await new Call(endpoint, prompt, options).run();
    breaker.succeeded(key);
    return answer;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (["model_unreachable", "model_timeout", "model_rate_limited"].includes(error.reason)) breaker.failed(key);
    throw error;
  }
}

class Call {
  readonly #capability: Capability;
  #isNew: boolean;
  readonly #end: number;
  #repeats = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly prompt: Prompt,
    private readonly options: Options,
  ) {
    const known = options.capability;
    this.#isNew = !known || !(Date.now() - Date.parse(known.probed_at) < WEEK_MS);
    const begin = { rung: RUNGS[0]!, limit: "max_tokens" as const, streams: true };
    this.#capability = { ...(this.#isNew ? begin : known!), probed_at: known && !this.#isNew ? known.probed_at : "" };
    this.#end = performance.now() + options.limits.wholeMs;
  }

  async run(): Promise<Answer> {
    for (let refusals = 0;;) {
      const completion = await this.#send();
      if (completion !== null) return this.#answerIn(completion);
      if (++refusals > REFUSALS_MAX) {
        throw new ModelError("model_request_refused", "The model's endpoint refuses every form of the request");
      }
    }
  }

  /** Send the request once; null when it is to be sent again in another form, or after a pause. */
  async #send(): Promise<Completion | null> {
    const aborter = new AbortController();
    const left = this.#end - performance.now();
    if (left <= 0) throw timeout();
    const whole = setTimeout(() => aborter.abort(timeout()), left);
    // An answer in one piece has its first byte when the model is done.
    const firstByteMs = this.#streams ? this.options.limits.firstByteMs : left;
    const first = setTimeout(() => aborter.abort(timeout()), Math.min(firstByteMs, left));
    try {
      const response = await (this.options.fetch ?? fetch)(`${this.endpoint.url}/chat/completions`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(this.endpoint.key ? { authorization: `Bearer ${this.endpoint.key}` } : {}),
        },
        body: JSON.stringify(this.#body()),
        // The prompt goes nowhere else.
        redirect: "manual",
        signal: aborter.signal,
      });
      if (response.status === 200) {
        return await readCompletion(response, () => clearTimeout(first), this.options.onContent ?? (() => {}));
      }
      await this.#refused(response);
      return null;
    } catch (error) {
      if (error instanceof ModelError) throw error;
      if (aborter.signal.aborted) throw timeout();
      const problem = connectionProblem(this.endpoint.url, error);
      if (!/refused|broke/.test(problem) || !await this.#mayRepeat(500, 1)) {
        throw new ModelError("model_unreachable", problem);
      }
      return null;
    } finally {
      clearTimeout(whole);
      clearTimeout(first);
      aborter.abort();
    }
  }

  get #streams(): boolean {
    return this.options.onContent !== undefined && this.#capability.streams;
  }

  #body(): Record<string, unknown> {
    const { rung, limit } = this.#capability;
    const { schema_name: name, schema } = this.prompt;
    const formats = {
      json_schema: { response_format: { type: "json_schema", json_schema: { name, strict: true, schema } } },
      json_object: { response_format: { type: "json_object" } },
      prompt: {},
    };
    return {
      model: this.endpoint.model,
      messages: [{ role: "system", content: this.prompt.system }, { role: "user", content: this.prompt.user }],
      // What a model thinks counts there, too.
      [limit]: this.prompt.max_tokens * (limit === "max_completion_tokens" ? 4 : 1),
      ...formats[rung],
      ...(this.#streams ? { stream: true } : {}),
    };
  }

  /** Judge an error: return when the request is to be sent again, in another form or after a pause. */
  async #refused(response: Response): Promise<void> {
    let text = "";
    let body: unknown = null;
    try {
      text = await readText(response, () => {}, 100_000);
      body = JSON.parse(text);
    } catch (error) {
      // Not JSON, or too large for an error: its status says enough.
      if (!(error instanceof SyntaxError || error instanceof ModelError)) throw error;
    }
    const names = errorNames(body, [this.endpoint.key]);
    const { status } = response;
    if ([400, 404, 415, 422].includes(status) && this.#stepDown(text)) return;
    if (status === 429 && names.code !== "insufficient_quota" && !text.includes("insufficient_quota")) {
      if (await this.#mayRepeat(waitMs(response.headers), REPEATS_MAX)) return;
    } else if (status === 408 || status >= 500) {
      const told = response.headers.get("x-should-retry") === "false" ? Infinity : waitMs(response.headers, 500);
      if (await this.#mayRepeat(told, 1)) return;
    }
    throw new ModelError(reasonOf(status, names, text), statusProblem(status, names));
  }

  /** Leave out what the endpoint does not take; false when it named nothing of ours. */
  #stepDown(text: string): boolean {
    const capability = this.#capability;
    const other = capability.limit === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    if (/response_format|json_schema|json_object|structured|schema|grammar/i.test(text)) {
      const next = RUNGS[RUNGS.indexOf(capability.rung) + 1];
      if (!next) return false;
      capability.rung = next;
    } else if (new RegExp(`\\b${capability.limit}\\b`).test(text) && !this.#swapped) {
      this.#swapped = true;
      capability.limit = other;
    } else if (this.#streams && /\bstream/i.test(text)) {
      capability.streams = false;
    } else {
      return false;
    }
    this.#isNew = true;
    return true;
  }
  #swapped = false;

  async #mayRepeat(wait: number, most: number): Promise<boolean> {
    if (this.#repeats >= most || wait > WAIT_MAX_MS || performance.now() + wait >= this.#end) return false;
    this.#repeats++;
    await new Promise((resolve) => setTimeout(resolve, wait));
    return true;
  }

  #answerIn(completion: Completion): Answer {
    const usage = usageOf(completion, this.prompt.estimated_tokens);
    const fail = (reason: ModelError["reason"], problem: string) => {
      throw new ModelError(reason, problem, usage, completion.content);
    };
    if (!usage.is_estimated && usage.tokens_in < this.prompt.least_tokens) {
      fail("prompt_cut", "The endpoint read only part of the prompt: its context is too small");
    }
    if (completion.refusal) fail("answer_refused", "The model refused to answer");
    if (completion.finish === "content_filter") fail("answer_refused", "A filter of the endpoint stopped the answer");
    if (completion.finish === "length") fail("answer_truncated", "The answer was longer than its limit");
    if (completion.toolCalls) fail("answer_invalid", "The model called a tool, and there is none");
    const answer = jsonIn(completion.content);
    if (answer === undefined) fail("answer_invalid", "The answer is not one JSON object");
    const capability = this.#isNew ? { ...this.#capability, probed_at: new Date().toISOString() } : this.#capability;
    return { answer, content: completion.content, usage, capability, isNew: this.#isNew };
  }
}

function timeout(): ModelError {
  return new ModelError("model_timeout", "The model's endpoint did not answer in time");
}

function reasonOf(status: number, names: ErrorNames, text: string): ModelError["reason"] {
  if (status === 401 || status === 403) return "model_key_refused";
  if (status === 404) return "model_not_found";
  if (status === 402 || names.code === "insufficient_quota") return "model_quota_exhausted";
  if (status === 429) return text.includes("insufficient_quota") ? "model_quota_exhausted" : "model_rate_limited";
  return status >= 500 || status === 408 || status < 400 ? "model_unreachable" : "model_request_refused";
}

/** How long the endpoint asks to wait. */
function waitMs(headers: Headers, otherwise = 1000): number {
  const milliseconds = Number(headers.get("retry-after-ms") ?? NaN);
  if (milliseconds >= 0) return milliseconds;
  const after = headers.get("retry-after");
  if (after === null) return otherwise;
  const seconds = Number(after);
  const wait = Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000;
  return Number.isNaN(wait) ? otherwise : Math.max(0, wait);
}
