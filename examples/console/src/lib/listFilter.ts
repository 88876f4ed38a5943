import type { QueryTree } from "./models.ts";

export type Sort = "created_at" | "-created_at" | "updated_at" | "-updated_at" | "priority" | "-priority";
/** Which tickets: a text in the search grammar, or the tree of a view; `isMine`: as their requester. */
export type ListFilter = { query?: string; tree?: QueryTree; isMine?: boolean; sort?: Sort };
