import { expect, test } from "vitest";
import { answerText } from "./answerText.ts";

test.each([
  [{ body: "Hello" }, "Hello"],
  [{ summary: "Short" }, "Short"],
  [{ reason: "No article answers" }, "No article answers"],
  [{ steps: ["Call", { action: "Ask", why: "unclear" }] }, "1. Call\n2. Ask: unclear"],
  [{ labels: [] }, '{\n  "labels": []\n}'],
  [null, null],
  ["text", null],
])("%j reads %j", (answer, text) => expect(answerText(answer)).toBe(text));
