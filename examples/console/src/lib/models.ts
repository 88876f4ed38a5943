import type { Database } from "./database.types.ts";

type Schema = Database["helpdesk"];
type Row<Name extends keyof Schema["Tables"]> = Schema["Tables"][Name]["Row"];
type ViewRow<Name extends keyof Schema["Views"]> = Schema["Views"][Name]["Row"];
type Returned<Name extends keyof Schema["Functions"]> = Schema["Functions"][Name] extends { Returns: (infer Item)[] }
  ? Item
  : never;

export type Role = "customer" | "agent" | "admin" | "assistant";
export type Status = "open" | "pending" | "resolved" | "closed";
/** In the order in which lists and menus show them. */
export const STATUSES: readonly Status[] = ["open", "pending", "resolved", "closed"];
export type Priority = "low" | "medium" | "high" | "urgent";

export type Person = Omit<Row<"users">, "role"> & { role: Role };
export type Invitation = Row<"invitations">;
export type Team = Row<"teams">;
export type Article = Omit<Row<"articles">, "status" | "audience"> & {
  status: "draft" | "published" | "archived";
  audience: "public" | "internal";
};
export type ArticleVersion = Omit<Row<"article_versions">, "audience"> & { audience: Article["audience"] };
/** A row of search_articles(): a passage of an article. `sentences` are ranges of characters of `body`. */
export type FoundArticle = {
  article_id: string;
  slug: string;
  title: string;
  locale: string;
  audience: Article["audience"];
  chunk_id: string;
  heading_path: string;
  body: string;
  sentences: string[];
  score: number;
  mode: string;
};
export type Gap = ViewRow<"gap_report"> & { gap_id: string };
export type StaleCitation = ViewRow<"stale_citations"> & { citation_id: string };
export type AssistantSettings = Row<"ai_settings">;
export type Prompt = Row<"ai_prompts">;
export type Threshold = Row<"ai_thresholds">;
/** A row of assistant_report(): numbers of one group of runs. */
export type AssistantFigures = {
  kind: string | null;
  prompt_id: string | null;
  prompt_version: number | null;
  runs: number;
  without_model: number;
  decided: number;
  acceptance: number | null;
  precision: number | null;
  cost: number | string | null;
};
export type LogEvent = Row<"events">;
export type Field = Row<"field_definitions">;
export type FieldOption = Row<"field_options">;

export type Ticket = Omit<Row<"tickets">, "status" | "priority" | "custom_fields"> & {
  status: Status;
  priority: Priority;
  custom_fields: Record<string, unknown>;
};
/** A ticket with what its page shows; `custom_fields` has the values of staff fields, too. */
export type TicketDetails = Ticket & {
  requester: Person | null;
  assignee: Person | null;
  team: Team | null;
  tags: string[];
};
export type Transition = { role: Role | "system"; from_status: Status; to_status: Status };
export type Duplicate = Returned<"suggest_duplicates">;
export type Attachment = Omit<Row<"attachments">, "state"> & {
  state: "reserved" | "uploaded" | "clean" | "unchecked" | "rejected" | "expired" | "deleted";
};
export type LinkKind = "duplicate_of" | "blocks" | "child_of" | "follow_up_of";
export type TicketLink = Omit<Row<"ticket_links">, "kind"> & { kind: LinkKind };
export type FieldType =
  | "text"
  | "long_text"
  | "integer"
  | "decimal"
  | "boolean"
  | "date"
  | "select"
  | "multi_select";
/** A custom field as a form needs it; `teamIds` is null for a field of all teams. */
export type TicketField = Omit<Field, "type"> & { type: FieldType; options: FieldOption[]; teamIds: string[] | null };

/** A query as a tree: what parse_query() makes of a text, and what a view stores. */
export type QueryTree = { [name: string]: unknown };
/** A row of a list. */
export type ListedTicket = Ticket & { tags: string[]; requester: Person | null; assignee: Person | null };
export type View = Omit<Row<"views">, "tree" | "audience"> & { tree: QueryTree; audience: "private" | "team" | "all" };
export type TicketCount = { team_id: string; status: Status; priority: Priority; tickets: number };

export type RunKind = "reply" | "summary" | "next_steps" | "classification" | "article";
export type Run = Omit<Row<"ai_runs">, "kind" | "state"> & {
  kind: RunKind;
  state: "queued" | "leased" | "done" | "fallback" | "needs_human" | "failed" | "cancelled";
};
export type ProposalKind =
  | Exclude<RunKind, "classification">
  | "note"
  | "classification"
  | "assignment"
  | "fields"
  | "merge"
  | "escalation";
export type Proposal = Omit<Row<"proposals">, "kind" | "payload" | "final" | "state"> & {
  kind: ProposalKind;
  payload: Record<string, unknown>;
  /** What was carried out. */
  final: Record<string, unknown> | null;
  state: "open" | "accepted" | "edited" | "rejected" | "expired" | "superseded" | "undone";
};
/** A quote with the passage that it stands in, and the article of the passage. */
export type Citation = Row<"citations"> & {
  chunk: {
    article_id: string;
    version_id: string;
    title: string;
    heading_path: string;
    body: string;
    version: { version: number; published_at: string; slug: string } | null;
  } | null;
};
/** A proposal in the list of those that wait, with its ticket. */
export type WaitingProposal = Proposal & {
  ticket: Pick<Ticket, "ticket_id" | "number" | "title" | "status" | "last_message_id"> | null;
};
/** A label that tickets like this one were given; `because` has the numbers of the nearest ones. */
export type Label = {
  kind: "team" | "priority" | "tag" | "assignee" | "spam";
  label: string;
  name: string | null;
  share: number;
  is_sure: boolean;
  because: number[];
};
/** A draft of the assistant that was put into a reply; `isConfirmed`: its unknown contacts were checked. */
export type InsertedProposal = { id: string; isConfirmed: boolean };
export const REJECT_REASONS = ["wrong", "unclear", "tone", "outdated", "unsafe"] as const;
