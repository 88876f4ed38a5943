import type { Role } from "./models.ts";

/** What the console may offer; the database decides. */
export type Action = "request" | "work" | "writeArticles" | "administer";

const ALLOWED: Record<Role, readonly Action[]> = {
  customer: ["request"],
  assistant: [],
  agent: ["work", "writeArticles"],
  admin: ["work", "writeArticles", "administer"],
};

/** Whether to draw what a role may do. */
export function roleMay(role: Role | undefined, action: Action): boolean {
  return role !== undefined && ALLOWED[role].includes(action);
}
