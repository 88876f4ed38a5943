import type { Database } from "./database.types.ts";

type Schema = Database["helpdesk"];
type Row<Name extends keyof Schema["Tables"]> = Schema["Tables"][Name]["Row"];
type ViewRow<Name extends keyof Schema["Views"]> = Schema["Views"][Name]["Row"];
type Returned<Name extends keyof Schema["Functions"]> = Schema["Functions"][Name] extends { Returns: (infer Item)[] }
  ? Item
  : never;

export type Role = "customer" | "agent" | "admin" | "assistant";
export type Status = "open" | "pending" | "resolved" | "closed";
export type Priority = "low" | "medium" | "high" | "urgent";

export type Person = Omit<Row<"users">, "role"> & { role: Role };
export type Invitation = Row<"invitations">;
export type Team = Row<"teams">;
export type Article = Omit<Row<"articles">, "status" | "audience"> & {
  status: "draft" | "published" | "archived";
  audience: "public" | "internal";
};
export type ArticleVersion = Omit<Row<"article_versions">, "audience"> & { audience: Article["audience"] };
export type FoundArticle = Returned<"search_articles">;
export type Gap = ViewRow<"gap_report"> & { gap_id: string };
export type StaleCitation = ViewRow<"stale_citations"> & { citation_id: string };
export type AssistantSettings = Row<"ai_settings">;
export type Prompt = Row<"ai_prompts">;
export type Threshold = Row<"ai_thresholds">;
export type AssistantFigures = Returned<"assistant_report">;
export type LogEvent = Row<"events">;
export type Field = Row<"field_definitions">;
export type FieldOption = Row<"field_options">;
