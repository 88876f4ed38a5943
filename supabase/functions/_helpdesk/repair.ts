/** The prompt that asks a model once more, with the answer that was refused and why. */

import type { Prompt } from "./chat.ts";

/** As the database has it for a prompt: endpoints with a small context cut longer ones without an error. */
const PROMPT_BYTES = 12_000;
const ANSWER_MAX = 2000;
const PROBLEM_MAX = 500;
/** A shorter piece of the answer tells the model nothing. */
const ANSWER_MIN_BYTES = 100;
const REFUSED = "\n\nYour answer was refused.";
const ANSWER = " Your answer, as a JSON string: ";
const WHY = "\nWhy: ";
const AGAIN = "\nAnswer again, with the whole JSON object and nothing else.";

const ENCODER = new TextEncoder();
const bytes = (text: string) => ENCODER.encode(text).length;

/**
 * The same prompt, with the answer that was refused and why, as far as 12,000 bytes leave room for them; null where the
 * first turn leaves no room for a second.
 */
export function repair(prompt: Prompt, content: string, problem: string): Prompt | null {
  let left = PROMPT_BYTES - bytes(prompt.system) - bytes(prompt.user) - bytes(REFUSED + WHY + AGAIN);
  const why = quoted(problem, PROBLEM_MAX, left);
  if (why === null) return null;
  left -= bytes(why) + bytes(ANSWER);
  const answer = left >= ANSWER_MIN_BYTES ? quoted(content, ANSWER_MAX, left) : null;
  const more = REFUSED + (answer === null ? "" : ANSWER + answer) + WHY + why + AGAIN;
  return {
    ...prompt,
    user: prompt.user + more,
    estimated_tokens: prompt.estimated_tokens + Math.ceil(bytes(more) / 4),
  };
}

/** The text as a JSON string of at most so many bytes, cut at its end; null where nothing fits. */
function quoted(text: string, mostCharacters: number, mostBytes: number): string | null {
  if (mostBytes < 2) return null;
  // Whole characters: half a pair of surrogates is none.
  const characters = Array.from(text.slice(0, 2 * mostCharacters)).slice(0, mostCharacters);
  const written = (count: number) => JSON.stringify(characters.slice(0, count).join(""));
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bytes(written(middle)) <= mostBytes) low = middle;
    else high = middle - 1;
  }
  return written(low);
}
