/**
 * One answer of a language model, from any endpoint with OpenAI's `/chat/completions`. Only fields that are needed are
 * sent: some endpoints refuse all others.
 */

import { Breaker } from "./breaker.ts";
import { type Capability, Ladder } from "./capability.ts";
import { type Completion, isStream, jsonIn, readCompletion, readText, usageOf, wholeText } from "./completion.ts";
import { connectionProblem, type ErrorNames, errorNames, ModelError, statusProblem, type Usage } from "./problems.ts";
import { idHeader } from "./request_log.ts";

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
  capability?: Partial<Capability> | null;
  /** Receives the model's text as it arrives; asks for a stream. */
  onContent?: (piece: string) => void;
  fetch?: typeof fetch;
  breaker?: Breaker;
}

const REFUSALS_MAX = 6;
const REPEATS_MAX = 2;
const WAIT_MAX_MS = 10_000;
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
  readonly #ladder: Ladder;
  readonly #end: number;
  #repeats = 0;
  /** Attempts that the endpoint may count, although it did not say how much. */
  #lost = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly prompt: Prompt,
    private readonly options: Options,
  ) {
    this.#ladder = new Ladder(options.capability);
    this.#end = performance.now() + options.limits.wholeMs;
  }

  async run(): Promise<Answer> {
    try {
      for (let refusals = 0;;) {
        const completion = await this.#send();
        if (completion !== null) return this.#answerIn(completion);
        if (++refusals > REFUSALS_MAX) {
          throw new ModelError("model_request_refused", "The model's endpoint refuses every form of the request");
        }
      }
    } catch (error) {
      if (!(error instanceof ModelError) || this.#lost === 0 || error.usage !== null) throw error;
      throw new ModelError(error.reason, error.message, this.#withLost(), error.content);
    }
  }

  /** What was counted, and the most that each lost attempt can have cost. */
  #withLost(counted: Usage = { tokens_in: 0, tokens_out: 0, is_estimated: false }): Usage {
    return {
      tokens_in: counted.tokens_in + this.#lost * this.prompt.estimated_tokens,
      tokens_out: counted.tokens_out + this.#lost * this.#tokensMax,
      is_estimated: counted.is_estimated || this.#lost > 0,
    };
  }

  /** The limit of the answer. What a model thinks counts there, too, under the newer name. */
  get #tokensMax(): number {
    return this.prompt.max_tokens * (this.#ladder.capability.limit === "max_completion_tokens" ? 4 : 1);
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
    let isAnswering = false;
    try {
      const response = await (this.options.fetch ?? fetch)(`${this.endpoint.url}/chat/completions`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          // OpenAI logs this very header; other endpoints leave it alone.
          ...idHeader(),
          ...(this.endpoint.key ? { authorization: `Bearer ${this.endpoint.key}` } : {}),
        },
        body: JSON.stringify(this.#body()),
        // The prompt goes nowhere else.
        redirect: "manual",
        signal: aborter.signal,
      });
      if (response.status === 200) {
        isAnswering = isStream(response);
        return await readCompletion(response, () => clearTimeout(first), this.options.onContent ?? (() => {}));
      }
      await this.#refused(response);
      return null;
    } catch (error) {
      // What is too large was written by a model, and a stream has begun with the first word.
      if (error instanceof ModelError) {
        if (isAnswering || aborter.signal.aborted || error.reason === "answer_invalid") this.#lost++;
        throw error;
      }
      if (aborter.signal.aborted) {
        this.#lost++;
        throw timeout();
      }
      const problem = connectionProblem(this.endpoint.url, error);
      if (/broke/.test(problem)) this.#lost++;
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
    return this.options.onContent !== undefined && this.#ladder.capability.streams;
  }

  #body(): Record<string, unknown> {
    const { rung, limit, counts_streams } = this.#ladder.capability;
    const { schema_name: name, schema } = this.prompt;
    const formats = {
      json_schema: { response_format: { type: "json_schema", json_schema: { name, strict: true, schema } } },
      json_object: { response_format: { type: "json_object" } },
      prompt: {},
    };
    return {
      model: this.endpoint.model,
      messages: [{ role: "system", content: this.prompt.system }, { role: "user", content: this.prompt.user }],
      [limit]: this.#tokensMax,
      ...formats[rung],
      ...(this.#streams ? { stream: true } : {}),
      ...(this.#streams && counts_streams ? { stream_options: { include_usage: true } } : {}),
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
    if ([400, 404, 415, 422].includes(status) && this.#ladder.stepDown(status, text, this.#streams)) return;
    if (status === 429 && names.code !== "insufficient_quota" && !text.includes("insufficient_quota")) {
      if (await this.#mayRepeat(waitMs(response.headers), REPEATS_MAX)) return;
    } else if (status === 408 || status >= 500) {
      // Whoever stands before the model gave up.
      if ([408, 504, 524].includes(status)) this.#lost++;
      const told = response.headers.get("x-should-retry") === "false" ? Infinity : waitMs(response.headers, 500);
      if (await this.#mayRepeat(told, 1)) return;
    }
    throw new ModelError(reasonOf(status, names, text), statusProblem(status, names));
  }

  async #mayRepeat(wait: number, most: number): Promise<boolean> {
    if (this.#repeats >= most || wait > WAIT_MAX_MS || performance.now() + wait >= this.#end) return false;
    this.#repeats++;
    await new Promise((resolve) => setTimeout(resolve, wait));
    return true;
  }

  #answerIn(completion: Completion): Answer {
    const counted = usageOf(completion, this.prompt.estimated_tokens);
    const usage = this.#withLost(counted);
    const fail = (reason: ModelError["reason"], problem: string) => {
      throw new ModelError(reason, problem, usage, wholeText(completion.content));
    };
    if (!counted.is_estimated && counted.tokens_in < this.prompt.least_tokens) {
      fail("prompt_cut", "The endpoint read only part of the prompt: its context is too small");
    }
    if (completion.refusal) fail("answer_refused", "The model refused to answer");
    if (completion.finish === "content_filter") fail("answer_refused", "A filter of the endpoint stopped the answer");
    if (completion.finish === "length") fail("answer_truncated", "The answer was longer than its limit");
    if (completion.toolCalls) fail("answer_invalid", "The model called a tool, and there is none");
    const content = wholeText(completion.content);
    const answer = jsonIn(content);
    if (answer === undefined) fail("answer_invalid", "The answer is not one JSON object");
    const { found: capability, isNew } = this.#ladder;
    return { answer, content, usage, capability, isNew };
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
