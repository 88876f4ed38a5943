import { expect, it } from "vitest";
import { eventLines, type Names } from "./eventWords.ts";
import type { EventEntry } from "./timeline.ts";

const names: Names = {
  person: (id) => id === "u2" ? "Bo" : null,
  team: (id) => id === "t1" ? "Billing" : null,
  field: (key) => key.toUpperCase(),
};

function lines(type: string, data: Record<string, unknown>) {
  const event: EventEntry = {
    kind: "event",
    sequence: 1,
    id: "1",
    at: "",
    ticketId: "t",
    authorId: "u1",
    authorName: "Ana",
    type,
    data,
  };
  return eventLines(event, names).map(({ key, value }) => `${key}:${value}`);
}

it.each([
  ["ticket.created", {}, ["created:"]],
  ["ticket.status_changed", { changes: { status: ["open", "pending"] } }, ["status:pending"]],
  ["ticket.assigned", { changes: { assigned_to: [null, "u2"] } }, ["assigned:Bo"]],
  ["ticket.assigned", { changes: { assigned_to: [null, "u1"] } }, ["assignedSelf:"]],
  ["ticket.assigned", { changes: { assigned_to: [null, "gone"] } }, ["assigned:"]],
  ["ticket.transferred", { changes: { team_id: ["t0", "t1"] } }, ["transferred:Billing"]],
  ["ticket.updated", { changes: { priority: ["low", "high"], description: [null, null] } }, [
    "priority:high",
    "description:",
  ]],
  ["ticket.updated", { changes: { custom_fields: [{ plan: null }, { plan: "pro", seats: null }] } }, [
    "customFields:PLAN, SEATS",
  ]],
  ["ticket.updated", { changes: { snoozed_until: [null, "2026-12-01T08:00:00Z"] } }, ["snoozed:2026-12-01T08:00:00Z"]],
  ["ticket.updated", { changes: { snoozed_until: ["2026-12-01T08:00:00Z", null] } }, ["unsnoozed:"]],
  ["ticket.updated", { changes: { merged_into: [null, "t9"] } }, []],
  ["ticket.tagged", { tag: "vip" }, ["tagged:vip"]],
  ["attachment.checked", { state: "rejected" }, ["fileRejected:"]],
  ["attachment.checked", { state: "clean" }, ["fileChecked:"]],
  ["something.new", {}, ["other:something.new"]],
  ["ticket.updated", {}, []],
])("%s %j", (type, data, expected) => expect(lines(type, data)).toEqual(expected));
