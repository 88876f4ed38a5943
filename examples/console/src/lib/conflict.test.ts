import { describe, expect, it } from "vitest";
import { applyChanges, changesOf, compareEdits, splitField } from "./conflict.ts";

const base = { priority: "low", status: "open", title: "A", custom_fields: { plan: "free", seats: 1 } };

describe("compareEdits", () => {
  it("sends what nobody else has changed", () => {
    const theirs = { ...base, title: "B" };
    expect(compareEdits(base, theirs, { priority: "high" })).toEqual({ conflicts: [], free: { priority: "high" } });
  });

  it("names a field that both have changed", () => {
    const theirs = { ...base, priority: "high" };
    const { conflicts, free } = compareEdits(base, theirs, { priority: "urgent", status: "pending" });
    expect(conflicts).toEqual([{ field: "priority", mine: "urgent", theirs: "high" }]);
    expect(free).toEqual({ status: "pending" });
  });

  it("has no conflict when both have chosen the same", () => {
    const theirs = { ...base, priority: "high" };
    expect(compareEdits(base, theirs, { priority: "high" })).toEqual({ conflicts: [], free: {} });
  });

  it("compares custom fields one by one", () => {
    const theirs = { ...base, custom_fields: { plan: "pro", seats: 1 } };
    const { conflicts, free } = compareEdits(base, theirs, { custom_fields: { plan: "team", seats: 5, risk: "low" } });
    expect(conflicts).toEqual([{ field: "custom_fields.plan", mine: "team", theirs: "pro" }]);
    expect(free).toEqual({ custom_fields: { seats: 5, risk: "low" } });
  });

  it("takes a missing value and null for the same", () => {
    const theirs = { ...base, custom_fields: { seats: 1 } };
    const mine = { custom_fields: { plan: null } };
    expect(compareEdits(base, theirs, mine)).toEqual({ conflicts: [], free: {} });
  });
});

it("makes changes of conflicts", () => {
  const conflicts = [
    { field: "priority", mine: "urgent", theirs: "high" },
    { field: "custom_fields.plan", mine: "team", theirs: "pro" },
    { field: "custom_fields.seats", mine: null, theirs: 2 },
  ];
  expect(changesOf(conflicts)).toEqual({ priority: "urgent", custom_fields: { plan: "team", seats: null } });
});

it("applies changes: fields that are not named stay, null removes one", () => {
  const after = applyChanges(base, { priority: "high", custom_fields: { plan: null, risk: "low" } });
  expect(after).toEqual({ ...base, priority: "high", custom_fields: { seats: 1, risk: "low" } });
});

it("splits the name of a field", () => {
  expect(splitField("custom_fields.plan")).toEqual(["custom_fields", "plan"]);
  expect(splitField("priority")).toEqual(["priority", null]);
});
