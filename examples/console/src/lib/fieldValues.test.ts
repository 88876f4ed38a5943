import { expect, it } from "vitest";
import { editableValue, fieldsOf, optionsOf, parseValue } from "./fieldValues.ts";
import type { TicketField } from "./models.ts";

it.each(
  [
    ["text", "  A-1 ", { value: "A-1" }],
    ["text", "  ", { value: null }],
    ["long_text", " two\nlines ", { value: " two\nlines " }],
    ["integer", "-12", { value: -12 }],
    ["integer", "9 007 199 254 740 991", { value: 9007199254740991 }],
    ["integer", "9007199254740992", { problem: "integer" }],
    ["integer", "1.5", { problem: "integer" }],
    ["integer", "0x10", { problem: "integer" }],
    ["decimal", "12,50", { value: "12.50" }],
    ["decimal", "+3", { value: "3" }],
    ["decimal", "1.2345678", { problem: "decimal" }],
    ["decimal", "ten", { problem: "decimal" }],
    ["date", "2026-02-28", { value: "2026-02-28" }],
    ["date", "2026-02-30", { problem: "date" }],
    ["date", "28.2.2026", { problem: "date" }],
  ] as const,
)("%s: %j", (type, typed, expected) => expect(parseValue(type, typed)).toEqual(expected));

it.each([[null, ""], [undefined, ""], [false, "false"], [5, "5"], [["a", "b"], "a, b"]])(
  "%j is edited as %j",
  (value, expected) => expect(editableValue(value)).toBe(expected),
);

const option = (value: string, retired_at: string | null = null) => ({
  field_key: "plan",
  value,
  label: value,
  position: 1,
  retired_at,
  created_at: "",
});
const field = (key: string, rest: Partial<TicketField> = {}) =>
  ({ key, type: "select", retired_at: null, teamIds: null, options: [], ...rest }) as unknown as TicketField;

it("shows the fields of the team, and values that are there", () => {
  const fields = [
    field("all"),
    field("mine", { teamIds: ["t1"] }),
    field("theirs", { teamIds: ["t2"] }),
    field("kept", { teamIds: ["t2"] }),
    field("retired", { retired_at: "2026-01-01" }),
    field("old", { retired_at: "2026-01-01" }),
  ];
  const shown = fieldsOf(fields, { team_id: "t1", custom_fields: { kept: 1, old: 2 } });
  expect(shown.map(({ key }) => key)).toEqual(["all", "mine", "kept", "old"]);
});

it("offers a retired option only where it is chosen", () => {
  const plan = field("plan", { options: [option("free"), option("gone", "2026-01-01")] });
  expect(optionsOf(plan, "free").map(({ value }) => value)).toEqual(["free"]);
  expect(optionsOf(plan, "gone").map(({ value }) => value)).toEqual(["free", "gone"]);
  expect(optionsOf(plan, ["gone"]).map(({ value }) => value)).toEqual(["free", "gone"]);
});
