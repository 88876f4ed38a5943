import { DraftText } from "./draft_text.ts";
import { equal } from "./testing.ts";

/** The text of an answer that arrives in pieces of this length. */
function preview(answer: unknown, size: number): string {
  const json = typeof answer === "string" ? answer : JSON.stringify(answer);
  const draft = new DraftText();
  let out = "";
  for (let at = 0; at < json.length; at += size) out += draft.add(json.slice(at, at + size));
  return out;
}

const paragraphs = (...texts: string[]) => ({ paragraphs: texts.map((text) => ({ text, citations: [] })) });

for (const size of [1, 2, 3, 7, 1000]) {
  Deno.test(`paragraphs arrive as words, in pieces of ${size}`, () => {
    equal(
      preview(paragraphs('He said "no" \\ to ü.', "Zwei😀 Wörter."), size),
      'He said "no" \\ to ü.\n\nZwei😀 Wörter.',
    );
  });

  Deno.test(`what may become a link or a control character is left out, in pieces of ${size}`, () => {
    const evil = [
      "see https://evil.example/?q=1 now",
      "![x](https://evil.example)",
      "[a][r] and [r]: //evil.example",
      "<img src=x>",
      "a\u001b]52;c\u0007b \u202eright\u{e0041}",
      "www.evil.example javascript:alert(1)",
    ];
    const shown = preview(paragraphs(...evil), size);
    for (
      const part of ["evil", "//", "![", "](", "<", "\u001b", "\u0007", "\u202e", "\u{e0041}", "www.", "javascript:"]
    ) {
      if (shown.includes(part)) throw new Error(`the preview has ${JSON.stringify(part)}: ${JSON.stringify(shown)}`);
    }
    equal([shown.includes("see […] now"), shown.includes("right")], [true, true]);
  });
}

Deno.test("other keys are no text", () => {
  equal(preview({ language: "text", enough: true, title: "a text" }, 4), "");
});

Deno.test("what is not JSON shows nothing that breaks", () => {
  equal(preview('{"text": "a\\q b"', 3).includes("\\"), false);
});
