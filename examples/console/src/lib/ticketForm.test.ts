import { describe, expect, test } from "vitest";
import type { TicketField } from "./models.ts";
import {
  emptyTicketForm,
  fieldProblems,
  fieldsOfNew,
  fieldValues,
  formProblems,
  newTicketOf,
  readTicketForm,
  tagsOf,
} from "./ticketForm.ts";

function field(key: string, given: Partial<TicketField> = {}): TicketField {
  const rest = { type: "text", audience: "customer_editable", required_for: "none", retired_at: null, teamIds: null };
  return { key, label: key, options: [], ...rest, ...given } as TicketField;
}
const mei = { id: "u1", name: "Mei", email: "mei@example.com", isNew: false };

test("tags are small and come once", () => {
  expect(tagsOf(" Printer, fire ,printer,, ")).toEqual(["printer", "fire"]);
  expect(tagsOf("")).toEqual([]);
});

describe("the fields of a new ticket", () => {
  const fields = [
    field("all"),
    field("billing", { teamIds: ["billing"] }),
    field("old", { retired_at: "2026-01-01T00:00:00Z" }),
    field("risk", { audience: "staff_only" }),
    field("seen", { audience: "customer_visible" }),
  ];

  test("staff fill in those of the team", () => {
    expect(fieldsOfNew(fields, "support", true).map(({ key }) => key)).toEqual(["all", "risk", "seen"]);
    expect(fieldsOfNew(fields, "billing", true).map(({ key }) => key)).toEqual(["all", "billing", "risk", "seen"]);
  });
  test("requesters fill in those that they may set", () => {
    expect(fieldsOfNew(fields, "billing", false).map(({ key }) => key)).toEqual(["all", "billing"]);
  });
});

describe("values", () => {
  const fields = [
    field("seats", { type: "integer" }),
    field("vip", { type: "boolean" }),
    field("plans", { type: "multi_select" }),
    field("order", { required_for: "create" }),
    field("cause", { required_for: "resolve" }),
  ];

  test("are what the types of the fields ask for, without those that are empty", () => {
    const typed = { seats: " 12 ", vip: "false", plans: ["pro"], order: "A-1", cause: " " };
    expect(fieldValues(fields, typed)).toEqual({ seats: 12, vip: false, plans: ["pro"], order: "A-1" });
    expect(fieldValues(fields, { plans: [], vip: "" })).toEqual({});
  });
  test("that are missing or of the wrong type are problems; what is required to resolve is not", () => {
    expect(fieldProblems(fields, { seats: "a few" })).toEqual({ seats: "integer", order: "required" });
    expect(fieldProblems(fields, { order: "A-1" })).toEqual({});
  });
});

test("a form needs a requester and a title", () => {
  const form = emptyTicketForm("support");
  expect(formProblems({ ...form, title: "  " }, [])).toEqual({ requester: "required", title: "required" });
  expect(formProblems({ ...form, title: "Fire", requester: mei }, [])).toEqual({});
});

test("a form becomes the arguments of create_ticket(); a value of another team's field stays out", () => {
  const form = { ...emptyTicketForm("support"), title: " Fire ", tags: "hot", requester: mei, fields: { other: "1" } };
  expect(newTicketOf(form, [field("order")], "t1", "u1")).toEqual({
    ticket_id: "t1",
    title: "Fire",
    description: "",
    team_id: "support",
    requester_id: "u1",
    priority: "medium",
    channel: "phone",
    tags: ["hot"],
    custom_fields: {},
  });
});

test("a form that was kept comes back; a text that is none gives an empty form", () => {
  const form = { ...emptyTicketForm("support"), title: "Fire", requester: mei };
  expect(readTicketForm(JSON.stringify(form), "billing")).toEqual(form);
  expect(readTicketForm("{", "billing")).toEqual(emptyTicketForm("billing"));
  expect(readTicketForm("", "billing")).toEqual(emptyTicketForm("billing"));
});
