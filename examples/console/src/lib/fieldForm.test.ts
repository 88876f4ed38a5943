import { expect, test } from "vitest";
import { keyOf, optionChanges, parseOptions } from "./fieldForm.ts";
import type { TicketField } from "./models.ts";

test.each([
  ["Order number", "order_number"],
  ["  Größe (m²) ", "gro_e_m2"],
  ["2nd line", "nd_line"],
  ["Été", "ete"],
  ["注文", ""],
])("the key of %j is %j", (label, key) => expect(keyOf(label)).toBe(key));

test("options are one a line, with a label or without", () => {
  expect(parseOptions("pro = Professional\n\n basic \nx = y = z")).toEqual([
    { value: "pro", label: "Professional" },
    { value: "basic", label: "basic" },
    { value: "x", label: "y" },
  ]);
});

test("options are added, renamed, restored and retired, never deleted", () => {
  const option = (value: string, label: string, retired_at: string | null = null) => ({
    field_key: "plan",
    value,
    label,
    position: 0,
    retired_at,
    created_at: "",
  });
  const field = { options: [option("a", "A"), option("b", "B"), option("c", "C", "2026-01-01")] } as TicketField;
  const wanted = parseOptions("a = Alpha\nc = C\nd = D");
  expect(optionChanges(field, wanted).map(({ value, kind }) => `${kind} ${value}`)).toEqual([
    "rename a",
    "restore c",
    "add d",
    "retire b",
  ]);
});
