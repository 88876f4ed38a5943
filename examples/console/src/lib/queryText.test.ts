import { expect, test } from "vitest";
import { queryText } from "./queryText.ts";

const is = (field: string, value: unknown, op = "is") => ({ field, op, value });
const word = (text: string) => ({ text, match: "word" });

// What parse_query() makes of the text.
test.each([
  ["status:open,pending -refund", { all: [is("status", ["open", "pending"]), { not: word("refund") }] }],
  ['"double charge" refun* -title:"a b"', {
    all: [
      { text: "double charge", match: "phrase" },
      { text: "refun", match: "prefix" },
      { not: { in: "title", text: "a b", match: "phrase" } },
    ],
  }],
  ["a OR b c", { all: [{ any: [word("a"), word("b")] }, word("c")] }],
  ["assignee:none assignee:*", { all: [is("assignee", null), is("assignee", null, "is_not")] }],
  ["created>=2026-11-28 created<2026-11-29 priority>=high", {
    all: [
      { all: [is("created", "2026-11-28", "ge"), is("created", "2026-11-29", "lt")] },
      is("priority", "high", "ge"),
    ],
  }],
  ["created>=7d updated<4h", { all: [is("created", "7d", "ge"), is("updated", "4h", "lt")] }],
  ["-status:closed,open", { not: is("status", ["closed", "open"]) }],
  ["unassigned:yes snoozed:yes,no", { all: [is("unassigned", true), is("snoozed", [true, false])] }],
  ['tag:"x,y" tag:z', is("tag", ["x,y", "z"])],
  ['team:"Tier 2" fields.order_no:"A 1"', { all: [is("team", "Tier 2"), is("fields.order_no", "A 1")] }],
  ["-a OR status:open", { any: [{ not: word("a") }, is("status", "open")] }],
  ["ERR-1234", word("ERR-1234")],
  ['"OR"', { text: "OR", match: "phrase" }],
  ["", { all: [] }],
])("%s", (text, tree) => {
  expect(queryText(tree)).toBe(text);
});

test.each([
  ["alternatives of several conditions", { any: [{ all: [word("a"), word("b")] }, word("c")] }],
  ["the opposite of alternatives", { not: { any: [word("a"), word("b")] } }],
  ["names with spaces among alternatives", { any: [is("team", ["Tier 2", "Tier 3"]), word("a")] }],
  ["an operator of a later version", is("title", "x", "like")],
])("%s cannot be written", (_, tree) => {
  expect(queryText(tree)).toBeNull();
});
