import type { Prompt } from "./chat.ts";
import { repair } from "./repair.ts";
import { equal } from "./testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;
const prompt = (size: number): Prompt => ({
  system: "s".repeat(1000),
  user: "u".repeat(size - 1000),
  schema_name: "reply",
  schema: {},
  max_tokens: 100,
  estimated_tokens: size / 4,
  least_tokens: 6,
});
const added = (asked: Prompt, before: Prompt) => asked.user.slice(before.user.length);

Deno.test("a short answer and its problem are quoted whole", () => {
  const before = prompt(5000);
  const asked = repair(before, '{"steps": []}', "steps: at least one")!;
  equal(
    added(asked, before),
    '\n\nYour answer was refused. Your answer, as a JSON string: "{\\"steps\\": []}"\nWhy: "steps: at least one"' +
      "\nAnswer again, with the whole JSON object and nothing else.",
  );
  equal(asked.estimated_tokens, 1250 + Math.ceil(bytes(added(asked, before)) / 4));
});

Deno.test("whatever the model wrote, the second prompt has at most 12,000 bytes, and says why", () => {
  for (const size of [5000, 9000, 11_000, 11_500, 11_700]) {
    for (const piece of ["a", '"', "\u0001", "é", "漢", "👍", "a👍\\"]) {
      const before = prompt(size);
      const asked = repair(before, piece.repeat(4000), "passage 9 is not among the passages")!;
      equal(bytes(asked.system + asked.user) <= 12_000, true);
      equal(asked.user.includes('\nWhy: "passage 9 is not among the passages"\nAnswer again'), true);
      // Nothing is given away: where the answer is cut, no further character would fit.
      const answer = /JSON string: (.*)\nWhy/s.exec(asked.user)?.[1];
      if (answer) equal(JSON.parse(answer).isWellFormed(), true);
      const whole = answer && Array.from(JSON.parse(answer)).length === 2000;
      if (answer && !whole) equal(bytes(asked.system + asked.user) > 12_000 - 7, true);
    }
  }
});

Deno.test("where little room is left, the answer goes first, then the end of the problem, then the second turn", () => {
  const problem = "p".repeat(600);
  for (
    const [size, answered, told] of [
      [5000, true, 500],
      [11_275, true, 500],
      [11_276, false, 500],
      [11_407, false, 500],
      [11_408, false, 499],
      [11_800, false, 107],
      [11_907, false, 0],
    ] as const
  ) {
    const before = prompt(size);
    const more = added(repair(before, "x".repeat(3000), problem)!, before);
    equal([more.includes("as a JSON string"), /Why: "(p*)"/.exec(more)![1]!.length], [answered, told]);
  }
  equal(repair(prompt(11_908), "x", problem), null);
  equal(repair(prompt(13_000), "x", problem), null);
});
