import type { EventEntry } from "./timeline.ts";

/** Names of what events know by id only. */
export type Names = {
  person(id: string): string | null;
  team(id: string): string | null;
  field(key: string): string;
};
export type EventKey =
  | "assigned"
  | "assignedSelf"
  | "created"
  | "customFields"
  | "description"
  | "externalId"
  | "fileChecked"
  | "fileDeleted"
  | "fileRejected"
  | "fileUploaded"
  | "imported"
  | "linked"
  | "mail"
  | "merged"
  | "other"
  | "priority"
  | "proposed"
  | "proposalDecided"
  | "redacted"
  | "snoozed"
  | "status"
  | "tagged"
  | "title"
  | "transferred"
  | "unassigned"
  | "unlinked"
  | "unmerged"
  | "unsnoozed"
  | "untagged";
/** A line of the timeline: the name of its sentence, and the words that it needs. */
export type EventLine = { key: EventKey; value: string };

/** What an event says, in lines; the page has a sentence for each key. Fields of one event are a line each. */
export function eventLines({ type, data, authorId }: EventEntry, names: Names): EventLine[] {
  const text = (name: string) => typeof data[name] === "string" ? data[name] : "";
  const changes = (data.changes ?? {}) as Record<string, [unknown, unknown]>;
  const line = (key: EventKey, value = ""): EventLine[] => [{ key, value }];
  switch (type) {
    case "ticket.created":
      return line("created");
    case "ticket.updated":
      return Object.entries(changes).flatMap(([field, [, after]]) => updateLine(field, after, names));
    case "ticket.status_changed":
      return line("status", String(changes.status?.[1] ?? text("status")));
    case "ticket.assigned": {
      const assignee = String(changes.assigned_to?.[1] ?? "");
      return assignee === authorId ? line("assignedSelf") : line("assigned", names.person(assignee) ?? "");
    }
    case "ticket.unassigned":
      return line("unassigned");
    case "ticket.transferred":
      return line("transferred", names.team(String(changes.team_id?.[1] ?? "")) ?? "");
    case "ticket.tagged":
      return line("tagged", text("tag"));
    case "ticket.untagged":
      return line("untagged", text("tag"));
    case "ticket.merged":
      return line("merged");
    case "ticket.unmerged":
      return line("unmerged");
    case "ticket.linked":
      return line("linked", text("kind"));
    case "ticket.unlinked":
      return line("unlinked", text("kind"));
    case "ticket.imported":
      return line("imported");
    case "message.redacted":
      return line("redacted");
    case "proposal.created":
      return line("proposed", text("kind"));
    case "proposal.decided":
      return line("proposalDecided", text("state"));
    case "attachment.uploaded":
      return line("fileUploaded");
    case "attachment.checked":
      return line(text("state") === "rejected" ? "fileRejected" : "fileChecked");
    case "attachment.deleted":
      return line("fileDeleted");
    default:
      return type.startsWith("email.") ? line("mail", type.slice("email.".length)) : line("other", type);
  }
}

function updateLine(field: string, after: unknown, names: Names): EventLine[] {
  if (field === "custom_fields" || field === "staff_fields") {
    const labels = Object.keys((after ?? {}) as Record<string, unknown>).map(names.field);
    return [{ key: "customFields", value: labels.join(", ") }];
  }
  if (field === "snoozed_until") {
    return [after ? { key: "snoozed", value: String(after) } : { key: "unsnoozed", value: "" }];
  }
  // The event of the merge itself says it.
  if (field === "merged_into") return [];
  if (field === "external_id") return [{ key: "externalId", value: String(after ?? "") }];
  if (field === "title" || field === "description" || field === "priority") {
    return [{ key: field, value: String(after ?? "") }];
  }
  return [{ key: "other", value: field }];
}
