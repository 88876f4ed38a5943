import { expect, test } from "vitest";
import { type BulkChange, itemsOf, planChange } from "./bulkPlan.ts";
import type { ListedTicket, Transition } from "./models.ts";

const ticket = (values: Partial<ListedTicket>) =>
  ({
    ticket_id: "t",
    status: "open",
    priority: "medium",
    assigned_to: null,
    team_id: "sup",
    tags: [],
    ...values,
  }) as ListedTicket;
const transitions: Transition[] = [
  { role: "agent", from_status: "open", to_status: "resolved" },
  { role: "customer", from_status: "closed", to_status: "resolved" },
];
const names = (id: string) => ({ "": "–", ana: "Ana", sup: "Support", bil: "Billing" })[id] ?? id;

test.each<[BulkChange, Partial<ListedTicket>, string]>([
  [{ kind: "status", value: "resolved" }, {}, "open → resolved: change"],
  [{ kind: "status", value: "resolved" }, { status: "resolved" }, "resolved → resolved: same"],
  [{ kind: "status", value: "resolved" }, { status: "closed" }, "closed → resolved: refused"],
  [{ kind: "assignee", value: "ana" }, {}, "– → Ana: change"],
  [{ kind: "assignee", value: null }, {}, "– → –: same"],
  [{ kind: "team", value: "bil" }, {}, "Support → Billing: change"],
  [{ kind: "tag", value: "vip" }, { tags: ["vip"] }, "vip → vip: same"],
  [{ kind: "untag", value: "vip" }, { tags: ["vip"] }, "vip → vip: change"],
  [{ kind: "reply", value: "Hello" }, { status: "closed" }, " → Hello: refused"],
])("%j of %j", (change, values, expected) => {
  const [plan] = planChange([ticket(values)], change, transitions, "agent", names);
  expect(`${plan!.from} → ${plan!.to}: ${plan!.outcome}`).toBe(expected);
});

test("each reply has an id of its own", () => {
  const items = itemsOf([ticket({}), ticket({})], { kind: "reply", value: "Hello" });
  const ids = items.map((item) => item.action === "reply" && item.message_id);
  expect(new Set(ids).size).toBe(2);
});
