import { expect, test } from "vitest";
import type { TicketField } from "./models.ts";
import { fieldsForRequest, labelOf, missingFields, stateIn, stateOf, statusesOf } from "./requests.ts";

function field(given: Partial<TicketField>): TicketField {
  return {
    key: "order",
    type: "text",
    label: "Order (staff's word)",
    customer_label: null,
    help_text: "",
    audience: "customer_editable",
    required_for: "none",
    retired_at: null,
    teamIds: null,
    options: [],
    ...given,
  } as TicketField;
}

test("four statuses are three states to a requester", () => {
  expect((["open", "pending", "resolved", "closed"] as const).map(stateOf)).toEqual([
    "working",
    "waiting",
    "done",
    "done",
  ]);
  expect(statusesOf("done")).toEqual(["resolved", "closed"]);
  expect([stateIn("waiting"), stateIn("open"), stateIn(undefined)]).toEqual(["waiting", null, null]);
});

test("a new request has the fields of all teams and of its own, none that staff decide on and no retired one", () => {
  const fields = [
    field({ key: "everywhere" }),
    field({ key: "billing", teamIds: ["b"] }),
    field({ key: "staff", audience: "staff_only" }),
    field({ key: "seen", audience: "customer_visible" }),
    field({ key: "old", retired_at: "2026-01-01" }),
  ];
  expect(fieldsForRequest(fields, null).map(({ key }) => key)).toEqual(["everywhere"]);
  expect(fieldsForRequest(fields, "b").map(({ key }) => key)).toEqual(["everywhere", "billing"]);
});

test("only what a request cannot be opened without is missing; false and 0 are values", () => {
  const fields = [
    field({ key: "a", required_for: "create" }),
    field({ key: "b", required_for: "create" }),
    field({ key: "c", required_for: "resolve" }),
  ];
  expect(missingFields(fields, { a: false }).map(({ key }) => key)).toEqual(["b"]);
  expect(missingFields(fields, { a: 0, b: null }).map(({ key }) => key)).toEqual(["b"]);
});

test("the requester's label wins", () => {
  expect(labelOf(field({ customer_label: "Your order number" }))).toBe("Your order number");
  expect(labelOf(field({ customer_label: "" }))).toBe("Order (staff's word)");
});
