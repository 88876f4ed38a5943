import { expect, it } from "vitest";
import { noticeOf } from "./notices.ts";

const both = new Set(["assigned", "reply"] as const);
const base = { ticket_id: "t", ticket_number: 7, assigned_to: "me", actor_id: "other", actor_name: "Mei", data: {} };
const assigned = { ...base, type: "ticket.assigned" };
const reply = { ...base, type: "message.created", data: { author_kind: "customer" } };

it("tells of a ticket that somebody assigns, and of a reply on an own one", () => {
  expect(noticeOf(assigned, "me", both)).toEqual({ kind: "assigned", ticketId: "t", number: 7, name: "Mei" });
  expect(noticeOf(reply, "me", both)).toEqual({ kind: "reply", ticketId: "t", number: 7, name: "Mei" });
});

it.each([
  ["a ticket that the person takes", { ...assigned, actor_id: "me" }],
  ["a ticket of somebody else", { ...assigned, assigned_to: "other" }],
  ["a reply on a ticket of nobody", { ...reply, assigned_to: null }],
  ["a reply by staff", { ...reply, data: { author_kind: "staff" } }],
  ["another change", { ...base, type: "ticket.updated" }],
  ["what has no ticket", { ...base, type: "team.member_added", ticket_id: null }],
])("says nothing of %s", (_, event) => expect(noticeOf(event, "me", both)).toBeNull());

it("says only what is wanted", () => {
  expect(noticeOf(reply, "me", new Set(["assigned"] as const))).toBeNull();
  expect(noticeOf(assigned, "me", new Set())).toBeNull();
});
