import { expect, test } from "vitest";
import { apply, complete } from "./queryCompletion.ts";

const more = { team: ["Billing", "Tier 2"], tag: ["vip"] };
const at = (text: string) => complete(text, text.length, more);

test.each([
  ["sta", ["status:"]],
  ["-sta", ["status:"]],
  ["status:", ["open", "pending", "resolved", "closed"]],
  ["refund status:op", ["open"]],
  ["status:open,pe", ["pending"]],
  ["priority>=h", ["high"]],
  ["team:ti", ['"Tier 2"']],
  ['team:"ti', ['"Tier 2"']],
  ["tag:v", ["vip"]],
  ["refund", undefined],
  ["", undefined],
  ["status:open", undefined],
])("%j is completed by %j", (text, texts) => expect(at(text)?.texts).toEqual(texts));

test("a completion takes the place of its word", () => {
  const text = "refund status:op rest";
  const found = complete(text, 16)!;
  expect(apply(text, found, "open")).toEqual({ text: "refund status:open rest", caret: 18 });
  expect(apply("sta", complete("sta", 3)!, "status:")).toEqual({ text: "status:", caret: 7 });
});
