/** Reads the answer of `/chat/completions`, in one piece or as a stream, up to a limit of bytes. */

import { ModelError, type Usage } from "./problems.ts";

/** An answer of 2,000 tokens has 8,000 characters, and a stream writes some 300 bytes around each token. */
const BYTES_MAX = 1_000_000;
const CONTENT_MAX = 64_000;
/** How many braces are tried: from each, the text is read to its end. */
const STARTS_MAX = 50;

export interface Completion {
  content: string;
  finish: string | null;
  refusal: boolean;
  toolCalls: boolean;
  usage: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
}

interface Message {
  content?: unknown;
  refusal?: unknown;
  tool_calls?: unknown;
}

interface Body {
  choices?: { message?: Message; delta?: Message; finish_reason?: unknown }[];
  usage?: Completion["usage"];
  error?: unknown;
}

/**
 * Read a successful response.
 *
 * @param onBytes called with each piece that arrives
 * @param onContent receives the model's text as it arrives
 * @throws ModelError when the body is no completion, ends early or is too large
 */
export async function readCompletion(
  response: Response,
  onBytes: () => void,
  onContent: (piece: string) => void,
): Promise<Completion> {
  const found: Completion = { content: "", finish: null, refusal: false, toolCalls: false, usage: null };
  if (!isStream(response)) {
    const body = parsed(await readText(response, onBytes));
    if (body === null) throw notACompletion();
    add(found, body, onContent);
    return found;
  }
  let ended = false;
  for await (const line of lines(response, onBytes)) {
    if (!line.startsWith("data:")) continue;
    const data = line.slice(5).trim();
    ended ||= data === "[DONE]";
    if (ended) continue;
    const body = parsed(data);
    if (body === null) throw notACompletion();
    add(found, body, onContent);
  }
  if (!ended && found.finish === null) throw new ModelError("model_unreachable", "The answer ended in its middle");
  return found;
}

/** Whether the answer comes in pieces. */
export function isStream(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").includes("text/event-stream");
}

/** The whole text of a body, e.g. of an error. */
export async function readText(response: Response, onBytes: () => void = () => {}, max = BYTES_MAX): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces(response, onBytes, max)) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** The tokens that a call took, counted by the endpoint or estimated. */
export function usageOf(completion: Completion, promptTokens: number): Usage {
  const counted = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value >= 0;
  const { prompt_tokens, completion_tokens } = completion.usage ?? {};
  if (counted(prompt_tokens) && counted(completion_tokens)) {
    return { tokens_in: prompt_tokens as number, tokens_out: completion_tokens as number, is_estimated: false };
  }
  return { tokens_in: promptTokens, tokens_out: Math.ceil(completion.content.length / 4), is_estimated: true };
}

/** Without NUL and halves of characters, which no database stores: models cut pairs of surrogates. */
export function wholeText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}

function wholeValue(value: unknown): unknown {
  if (typeof value === "string") return wholeText(value);
  if (Array.isArray(value)) return value.map(wholeValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [wholeText(name), wholeValue(held)]));
}

/** The JSON in the model's text: the whole text, else its first balanced object. Undefined when there is none. */
export function jsonIn(content: string): unknown {
  const text = content.replace(/^\s*<think>[\s\S]*?<\/think>/i, "").trim();
  const whole = objectIn(text);
  if (whole !== undefined) return whole;
  let start = text.indexOf("{");
  for (let tries = 0; start >= 0 && tries < STARTS_MAX; tries++, start = text.indexOf("{", start + 1)) {
    const end = balancedEnd(text, start);
    // A brace of the prose before the object, or a quotation mark, keeps its end from being found.
    if (end < 0) continue;
    const found = objectIn(text.slice(start, end));
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    // Only an escape can bring in what the text itself has not.
    return /\\u(d[89a-f]|0000)/i.test(text) ? wholeValue(value) : value;
  } catch {
    return undefined;
  }
}

function balancedEnd(text: string, start: number): number {
  let [depth, inText] = [0, false];
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inText) {
      if (character === "\\") at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  return -1;
}

function add(found: Completion, body: Body, onContent: (piece: string) => void): void {
  if (body.error) throw new ModelError("model_unreachable", "The model's endpoint sent an error in its answer");
  if (!Array.isArray(body.choices)) throw notACompletion();
  if (body.usage) found.usage = body.usage;
  const choice = body.choices[0];
  if (!choice) return;
  const message = choice.message ?? choice.delta ?? {};
  if (typeof message.content === "string") {
    found.content += message.content;
    if (found.content.length > CONTENT_MAX) throw tooLarge();
    onContent(message.content);
  }
  found.refusal ||= typeof message.refusal === "string" && message.refusal !== "";
  found.toolCalls ||= Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
  if (typeof choice.finish_reason === "string") found.finish = choice.finish_reason;
}

function parsed(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Body : null;
  } catch {
    return null;
  }
}

function notACompletion(): ModelError {
  return new ModelError("model_unreachable", "The answer of the model's endpoint is no chat completion");
}

function tooLarge(): ModelError {
  return new ModelError("answer_invalid", "The model's answer is too large");
}

async function* lines(response: Response, onBytes: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces(response, onBytes, BYTES_MAX)) {
    rest += decoder.decode(piece, { stream: true });
    const whole = rest.split(/\r?\n/);
    rest = whole.pop()!;
    yield* whole;
  }
  if (rest) yield rest;
}

async function* pieces(response: Response, onBytes: () => void, max: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  if (response.body === null) return;
  for await (const piece of response.body) {
    onBytes();
    size += piece.length;
    if (size > max) throw tooLarge();
    yield piece;
  }
}
