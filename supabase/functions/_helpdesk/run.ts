/**
 * Carries a run of the assistant out: read, retrieve or classify, ask the model, submit its answer.
 *
 * All rules are in the database: what is in the prompt, what an answer must be, what happens without one. The Python
 * runner (`helpdesk_sdk.assistant`) does the same with the same calls.
 */

import { type Api, ApiError, type Caller } from "./api.ts";
import type { Capability } from "./capability.ts";
import { type Answer, ask, type Endpoint, endpointKey, type Limits, type Prompt } from "./chat.ts";
import type { ModelEnvironment } from "./environment.ts";
import { ModelError, type Usage } from "./problems.ts";
import { repair } from "./repair.ts";
import { warn } from "./request_log.ts";

export interface Lease {
  run_id: string;
  kind: string;
  /** Opens the run and nothing else. */
  secret: string;
}

/** Vectors of texts, and the model that made them; null when there is no model for vectors. */
export type Embed = (texts: string[]) => Promise<{ model: string; vectors: number[][] } | null>;

/** Receives the model's text while it arrives; null: what came so far is no proposal. */
export type OnContent = (piece: string | null) => void;

interface RunText {
  question: string | null;
  text: string | null;
}

interface RunPrompt extends Prompt {
  chat_model: string | null;
  /** What is known of endpoints, by `endpointKey`. */
  capability: Record<string, Capability> | null;
}

/** Kinds whose prompts hold passages of articles. */
const WITH_PASSAGES = new Set(["reply", "next_steps"]);

export class Runner {
  constructor(
    private readonly api: Api,
    private readonly assistant: () => Promise<Caller>,
    private readonly model: ModelEnvironment | null,
    private readonly embed: Embed,
    private readonly limits: Limits,
  ) {}

  /** Runs that nobody else has. @throws ApiError */
  async lease(args: { max_rows: number; run_id?: string; kind?: string }): Promise<Lease[]> {
    const seconds = Math.ceil(this.limits.wholeMs / 1000) + 60;
    return await this.api.rpc(await this.assistant(), "lease_runs", { lease_seconds: seconds, ...args });
  }

  /** Carry a leased run out, whatever happens on the way. What cannot be done now goes back to the queue. */
  async work(lease: Lease, onContent?: OnContent): Promise<void> {
    const run = new Work(this.api, await this.assistant(), lease, this.model, this.embed, this.limits, onContent);
    try {
      await run.do();
    } catch (error) {
      onContent?.(null);
      if (error instanceof ApiError && ["lease_lost", "conversation_moved"].includes(error.reason ?? "")) return;
      const problem = error instanceof ApiError ? `The project answered ${error.status}` : (error as Error).name;
      warn(`The run was given back: ${problem}`, { run_id: lease.run_id });
      await run.call("release_run", { problem }).catch(() => {});
    }
  }
}

class Work {
  readonly #begun = performance.now();
  readonly #used: Usage = { tokens_in: 0, tokens_out: 0, is_estimated: false };
  #details: Record<string, unknown> = {};

  constructor(
    private readonly api: Api,
    private readonly caller: Caller,
    private readonly lease: Lease,
    private readonly model: ModelEnvironment | null,
    private readonly embed: Embed,
    private readonly limits: Limits,
    private readonly onContent?: OnContent,
  ) {}

  async call<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    return await this.api.rpc<T>(this.caller, name, args, this.lease.secret);
  }

  async do(): Promise<void> {
    const { kind } = this.lease;
    const run = await this.call<RunText>("read_run");
    if (kind === "classification") {
      const found = await this.#withVector<{ decided: boolean }>("classify_run", run.text, {});
      if (found.decided) return;
    } else if (WITH_PASSAGES.has(kind)) {
      const query = { query: run.question };
      const found = await this.#withVector<{ nothing_found: boolean }>("retrieve_passages", run.question, query);
      if (found.nothing_found && kind === "reply") return await this.#finish("nothing_found");
    }
    const prompt = await this.call<RunPrompt>("run_prompt");
    const model = prompt.chat_model ?? this.model?.model;
    if (!this.model || !model) return await this.#finish("no_model");
    await this.#converse({ url: this.model.url, key: this.model.key, model }, prompt);
  }

  /** Call a function that takes a vector. Without a vector, or with one of another model, words alone decide. */
  async #withVector<T>(name: string, text: string | null, args: Record<string, unknown>): Promise<T> {
    let found: Awaited<ReturnType<Embed>> = null;
    try {
      found = text ? await this.embed([text]) : null;
    } catch (error) {
      warn(`No vector: ${(error as Error).name}`, { run_id: this.lease.run_id });
    }
    if (found?.vectors[0]) {
      try {
        return await this.call<T>(name, { ...args, embedding: found.vectors[0], model: found.model });
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === "embedding_model_mismatch")) throw error;
      }
    }
    return await this.call<T>(name, args);
  }

  /** Ask, submit, and ask once more when the answer was refused. */
  async #converse(endpoint: Endpoint, prompt: RunPrompt): Promise<void> {
    this.#details = { chat_model: endpoint.model };
    let asked: Prompt = prompt;
    for (let turn = 1;; turn++) {
      const refusal = await this.#turn(endpoint, asked, prompt.capability);
      if (refusal === null) return;
      this.onContent?.(null);
      const again = turn === 1 && refusal.isRepairable ? repair(prompt, refusal.content, refusal.problem) : null;
      if (again === null) return await this.#finish(refusal.reason, refusal.problem);
      asked = again;
    }
  }

  /** One answer of the model: null when it was submitted, else why not. */
  async #turn(endpoint: Endpoint, prompt: Prompt, known: RunPrompt["capability"]): Promise<Refusal | null> {
    const budget = await this.call<{ allowed: boolean; reason: string | null }>("begin_model_call", {
      estimated_tokens: prompt.estimated_tokens + prompt.max_tokens,
    });
    if (!budget.allowed) return refused(budget.reason ?? "budget_exhausted", "");
    let found: Answer;
    try {
      const left = this.limits.wholeMs - (performance.now() - this.#begun);
      found = await ask(endpoint, prompt, {
        limits: { ...this.limits, wholeMs: left },
        capability: known?.[endpointKey(endpoint)] ?? null,
        ...(this.onContent ? { onContent: this.onContent } : {}),
      });
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      this.#count(error.usage);
      return refused(error.reason, error.message, error.reason === "answer_invalid" ? error.content : null);
    }
    this.#count(found.usage);
    this.#details.rung = found.capability.rung;
    if (found.isNew) {
      const args = { endpoint_key: endpointKey(endpoint), capability: found.capability };
      await this.call("remember_capability", args).catch(() => {});
    }
    try {
      const proposal = await this.call<unknown>("submit_answer", { answer: found.answer, usage: this.#usage() });
      // The conversation has moved, or an article was withdrawn, while the model wrote.
      if (proposal === null) this.onContent?.(null);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === "answer_invalid") return refused("answer_invalid", error.message, found.content);
      // Another rule refuses it, or it is no text that the database can store: it would do so at each attempt.
      if (![400, 413, 422].includes(error.status)) throw error;
      return refused("answer_invalid", "The project refused the answer", found.content);
    }
  }

  #count(usage: Usage | null): void {
    if (usage === null) return;
    this.#used.tokens_in += usage.tokens_in;
    this.#used.tokens_out += usage.tokens_out;
    this.#used.is_estimated ||= usage.is_estimated;
  }

  #usage(): Record<string, unknown> {
    return { ...this.#used, ...this.#details, milliseconds: Math.round(performance.now() - this.#begun) };
  }

  async #finish(reason: string, problem = ""): Promise<void> {
    await this.call("finish_without_model", { reason, usage: this.#usage(), problem: problem || null });
  }
}

interface Refusal {
  reason: string;
  problem: string;
  content: string;
  isRepairable: boolean;
}

function refused(reason: string, problem: string, content: string | null = null): Refusal {
  return { reason, problem, content: content ?? "", isRepairable: content !== null };
}
