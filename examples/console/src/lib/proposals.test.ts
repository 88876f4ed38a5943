import { describe, expect, it } from "vitest";
import documented from "../../../../docs/assistant.md?raw";
import german from "../messages/de/assistant.json" with { type: "json" };
import english from "../messages/en/assistant.json" with { type: "json" };
import type { Citation, Proposal, Ticket } from "./models.ts";
import {
  changesOf,
  draftedTexts,
  draftOf,
  isStale,
  isUndoable,
  markQuote,
  paragraphsOf,
  problemOf,
  sureness,
  textOf,
} from "./proposals.ts";

it.each(
  [
    [null, "done", null],
    [null, "failed", "failed"],
    ["no_model", "fallback", "no_model"],
    ["budget_exhausted", "fallback", "refused"],
    ["conversation_moved", "cancelled", "moved"],
    ["model_timeout", "fallback", "failed"],
    ["something_new", "fallback", "failed"],
  ] as const,
)("shows the reason %s of a run that is %s as %s", (reason, state, problem) => {
  expect(problemOf({ reason, state })).toBe(problem);
});

const reasons = [...documented.split("## Reasons of runs")[1]!.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) =>
  name!
);

it("finds the reasons of docs/assistant.md", () => expect(reasons.length).toBeGreaterThan(15));

it.each(reasons)("has words for the reason %s", (reason) => {
  for (const { runReasons } of [english, german]) expect(runReasons).toHaveProperty(reason);
});

describe("isStale", () => {
  const open = { kind: "reply", state: "open", expires_at: "2026-11-29T10:00:00Z", last_message_id: "m1" } as Proposal;
  const now = Date.parse("2026-11-29T09:00:00Z");
  it.each(
    [
      [{}, "m1", now, false],
      [{}, "m2", now, true],
      [{}, "m1", now + 3_600_000, true],
      [{ state: "superseded" }, "m1", now, true],
      [{ state: "accepted" }, "m2", now, false],
      [{ kind: "classification" }, "m2", now, false],
      [{ kind: "classification" }, "m1", now + 3_600_000, true],
    ] as const,
  )("%o with the last message %s", (changes, last, at, expected) => {
    expect(isStale({ ...open, ...changes }, { last_message_id: last }, at)).toBe(expected);
  });
});

describe("draftOf", () => {
  const reply = {
    kind: "reply",
    payload: { body: "Hello" },
    state: "open",
    expires_at: "2999-01-01T00:00:00Z",
    last_message_id: "m1",
  } as unknown as Proposal;
  const labels = { ...reply, kind: "classification", payload: {} } as Proposal;
  const shown = (proposal: Partial<Proposal>, status: Ticket["status"], last = "m1") => {
    const { draft, stale } = draftOf([labels, { ...reply, ...proposal }], { status, last_message_id: last });
    return draft ? stale ? "stale" : "ready" : null;
  };
  it.each(
    [
      [{}, "open", "m1", "ready"],
      [{}, "pending", "m1", "ready"],
      [{}, "open", "m2", "stale"],
      [{ state: "superseded" }, "open", "m2", "stale"],
      [{ state: "superseded" }, "pending", "m2", null],
      [{ state: "rejected" }, "open", "m1", null],
      [{ state: "edited" }, "pending", "m2", null],
    ] as const,
  )("%o on a ticket that is %s, with the last message %s: %s", (proposal, status, last, expected) => {
    expect(shown(proposal, status, last)).toBe(expected);
  });
});

describe("textOf", () => {
  it.each(
    [
      ["reply", { body: "Hello" }, "Hello"],
      ["summary", { statements: [{ text: "A", messages: [1] }, { text: "B" }] }, "- A\n- B"],
      ["next_steps", { steps: ["A", "B"] }, "1. A\n2. B"],
      ["escalation", { reason: "No article" }, "No article"],
      ["classification", { priority: "high" }, null],
    ] as const,
  )("of %s", (kind, payload, text) => {
    expect(textOf({ kind, payload: payload as never })).toBe(text);
  });
});

describe("paragraphsOf", () => {
  const quote = (ordinal: number, paragraph: number | null) => ({ ordinal, paragraph }) as Citation;
  const ordinals = (text: string, citations: Citation[]) =>
    paragraphsOf(text, citations).map((part) => part.citations.map(({ ordinal }) => ordinal));

  it("puts each quote to its paragraph, and the others to the last", () => {
    expect(ordinals("A\n\nB\n\n\nC", [quote(1, 1), quote(2, 3), quote(3, null), quote(4, 9)])).toEqual([
      [1],
      [],
      [2, 3, 4],
    ]);
  });
  it("has nothing for an empty text", () => expect(paragraphsOf(" \n\n ", [])).toEqual([]));
});

it("marks a quote by code points", () => {
  expect(markQuote("👍🏽 Yes. No.", { start_at: 3, end_at: 7 })).toEqual(["👍🏽 ", "Yes.", " No."]);
});

describe("changesOf", () => {
  const nameOf = (id: string) => ({ t1: "Billing", u1: "Ana" })[id] ?? id;
  it("names each change of a classification", () => {
    const payload = { team_id: "t1", priority: "high", add_tags: ["vip", "refund"], spam: true, previous: {} };
    expect(changesOf({ kind: "classification", payload: payload as never }, nameOf)).toEqual([
      { name: "team", value: "Billing" },
      { name: "priority", value: "high" },
      { name: "tag", value: "vip" },
      { name: "tag", value: "refund" },
      { name: "spam", value: "" },
    ]);
  });
  it("names an assignee and fields", () => {
    expect(changesOf({ kind: "assignment", payload: { assigned_to: "u1" } }, nameOf)).toEqual([
      { name: "assignee", value: "Ana" },
    ]);
    const payload = { custom_fields: { plan: "pro", parts: ["a", "b"], note: null } };
    expect(changesOf({ kind: "fields", payload: payload as never }, nameOf).map(({ value }) => value)).toEqual([
      "plan: pro",
      "parts: a, b",
      "note: –",
    ]);
  });
});

it("offers to undo labels, never what was sent", () => {
  expect(isUndoable({ kind: "classification", state: "accepted" })).toBe(true);
  expect(isUndoable({ kind: "reply", state: "accepted" })).toBe(false);
  expect(isUndoable({ kind: "classification", state: "undone" })).toBe(false);
});

it.each([[1, "high"], [0.9, "high"], [0.89, "medium"], [0.7, "medium"], [0.2, "low"]] as const)(
  "says in a word how sure %s is",
  (confidence, word) => expect(sureness(confidence)).toBe(word),
);

it("knows which texts began as a draft of the assistant", () => {
  const drafted = draftedTexts([
    { state: "accepted", final: { body: "…", message_id: "m1" } },
    { state: "edited", final: { body: "…", note_id: "n1" } },
    { state: "accepted", final: { priority: ["low", "high"] } },
    { state: "open", final: null },
  ]);
  expect([...drafted]).toEqual([["m1", "whole"], ["n1", "edited"]]);
});
