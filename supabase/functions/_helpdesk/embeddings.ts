/**
 * Vectors of texts: from the endpoint that EMBEDDINGS_BASE_URL names, from the local stack, or from the model within
 * Supabase's runtime. Vectors of two models mean nothing to each other, so each answer names its model.
 */

import { readText } from "./completion.ts";
import { optional, type Read } from "./environment.ts";
import { ModelError } from "./problems.ts";
import { idHeader } from "./request_log.ts";

export type Kind = "query" | "passage";

export interface Vectors {
  model: string;
  vectors: number[][];
}

/** No vectors: `isRefusal` when these texts are to blame, and others may have theirs. */
export class EmbeddingError extends Error {
  override name = "EmbeddingError";

  constructor(message: string, readonly isRefusal = false) {
    super(message);
  }
}

export interface Embedder {
  /** The name under which its vectors are stored. */
  readonly model: string;
  /** Whether it works within the function, whose time on the processor is limited. */
  readonly isInside: boolean;
  /** @throws EmbeddingError */
  embed(texts: string[], kind?: Kind): Promise<Vectors>;
}

interface Session {
  run(text: string, options: { mean_pool: boolean; normalize: boolean }): Promise<number[]>;
}
type Global = { Supabase?: { ai: { Session: new (model: string) => Session } } };

export const DIMENSIONS = 384;
const SESSION_MODEL = "gte-small";
/** A vector of 4,096 numbers, indented, has 150,000 bytes. */
const BYTES_MAX_PER_TEXT = 250_000;
/** A person waits for the vector of a question, and without it words alone decide. */
const TIMEOUT_MS: Record<Kind, number> = { query: 5_000, passage: 30_000 };

/** What makes vectors in this environment; null where nothing does. @throws when a setting is wrong */
export function embedder(read: Read, send: typeof fetch = fetch): Embedder | null {
  const base = optional(read, "EMBEDDINGS_BASE_URL");
  if (base !== undefined) {
    const model = optional(read, "EMBEDDINGS_MODEL");
    if (!/^https?:\/\/[^/]/.test(base) || !URL.canParse(base)) {
      throw new Error("EMBEDDINGS_BASE_URL must be an http(s) URL");
    }
    if (model === undefined) throw new Error("EMBEDDINGS_MODEL must name the model of EMBEDDINGS_BASE_URL");
    return new EndpointEmbedder(base.replace(/\/+$/, ""), model, optional(read, "EMBEDDINGS_API_KEY") ?? null, send);
  }
  const local = localUrl(read);
  if (local !== null) {
    const model = optional(read, "HELPDESK_EMBEDDINGS_MODEL");
    return local && model ? new EndpointEmbedder(local, model, null, send) : null;
  }
  const ai = (globalThis as Global).Supabase?.ai;
  return ai ? new SessionEmbedder(new ai.Session(SESSION_MODEL)) : null;
}

/** The local stack's endpoint; empty when it has no model, null when this is not the local stack. */
function localUrl(read: Read): string | null {
  try {
    return read("HELPDESK_EMBEDDINGS_URL") ?? null;
  } catch {
    return null;
  }
}

class EndpointEmbedder implements Embedder {
  readonly isInside = false;
  /** Models of more dimensions may be able to give fewer, but some endpoints refuse a field that they do not know. */
  #sendsDimensions = false;

  constructor(
    private readonly url: string,
    readonly model: string,
    private readonly key: string | null,
    private readonly send: typeof fetch,
  ) {}

  async embed(texts: string[], kind: Kind = "query"): Promise<Vectors> {
    const input = texts.map((text) => `${prefix(this.model, kind)}${text}`);
    let vectors = await this.#ask(input, kind);
    if (!this.#sendsDimensions && vectors.some((vector) => vector.length > DIMENSIONS)) {
      this.#sendsDimensions = true;
      vectors = await this.#ask(input, kind);
    }
    return { model: this.model, vectors: checked(vectors, texts.length, this.model) };
  }

  async #ask(input: string[], kind: Kind): Promise<number[][]> {
    const body = { model: this.model, input, ...(this.#sendsDimensions ? { dimensions: DIMENSIONS } : {}) };
    let answer: { data?: unknown };
    try {
      const response = await this.send(`${this.url}/embeddings`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...idHeader(),
          ...(this.key === null ? {} : { authorization: `Bearer ${this.key}` }),
        },
        body: JSON.stringify(body),
        // The texts go nowhere else.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS[kind]),
      });
      if (!response.ok) {
        // What is left of its body is nobody's business.
        await response.body?.cancel();
        throw new EmbeddingError(
          `The embeddings' endpoint answered ${response.status}`,
          [400, 413, 422].includes(response.status),
        );
      }
      answer = JSON.parse(await readText(response, () => {}, input.length * BYTES_MAX_PER_TEXT));
    } catch (error) {
      if (error instanceof EmbeddingError) throw error;
      if (error instanceof ModelError) {
        throw new EmbeddingError("The embeddings' endpoint answered with too many bytes");
      }
      // The text of the error may hold the address with a password.
      throw new EmbeddingError(`The embeddings' endpoint gave no answer: ${(error as Error).name}`);
    }
    return inOrder(answer?.data, input.length);
  }
}

class SessionEmbedder implements Embedder {
  readonly model = SESSION_MODEL;
  readonly isInside = true;

  constructor(private readonly session: Session) {}

  async embed(texts: string[]): Promise<Vectors> {
    const vectors: number[][] = [];
    try {
      for (const text of texts) vectors.push(await this.session.run(text, { mean_pool: true, normalize: true }));
    } catch (error) {
      throw new EmbeddingError(`Supabase.ai.Session: ${(error as Error).name}`);
    }
    return { model: this.model, vectors: checked(vectors, texts.length, this.model) };
  }
}

/** What E5 was trained to find before a text. */
function prefix(model: string, kind: Kind): string {
  return /\be5-(small|base|large)\b/.test(model) && !model.includes("instruct") ? `${kind}: ` : "";
}

/** The vectors by their index: an endpoint may answer in another order. */
function inOrder(data: unknown, count: number): number[][] {
  if (!Array.isArray(data)) throw new EmbeddingError("The embeddings' endpoint answered without vectors");
  const rows = data as { index?: unknown; embedding?: unknown }[];
  const found: number[][] = [];
  rows.forEach((row, place) => {
    const index = typeof row?.index === "number" ? row.index : place;
    if (!Number.isInteger(index) || index < 0 || index >= Math.max(count, rows.length)) return;
    if (Array.isArray(row?.embedding)) found[index] = row.embedding as number[];
  });
  return found;
}

/** The vectors, if they can be stored. @throws EmbeddingError */
function checked(vectors: number[][], count: number, model: string): number[][] {
  if (vectors.length !== count) throw new EmbeddingError(`${model} gave ${vectors.length} vectors for ${count} texts`);
  for (let index = 0; index < count; index++) {
    const vector = vectors[index];
    if (vector === undefined) throw new EmbeddingError(`${model} gave no vector for text ${index}`);
    if (vector.length !== DIMENSIONS) {
      throw new EmbeddingError(`${model} gives ${vector.length} numbers; the helpdesk stores ${DIMENSIONS}`);
    }
    if (!vector.every(Number.isFinite) || !vector.some((number) => number !== 0)) {
      throw new EmbeddingError(`${model} gave a vector that is none`);
    }
  }
  return vectors;
}
