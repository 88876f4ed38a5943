import type { QueryTree, View } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

export type NewView = Pick<View, "name" | "tree" | "sort" | "columns" | "audience" | "team_id">;

/** The views that the person may run: their own, those of their teams, those for all staff. */
export async function listViews(): Promise<View[]> {
  return await call(client().from("views").select().order("name").order("view_id").limit(500)) as View[];
}

export async function createView(id: string, view: NewView): Promise<View> {
  const row = { view_id: id, ...view, tree: view.tree as never };
  return await call(client().from("views").insert(row).select().single()) as View;
}

export async function changeView(id: string, changes: Partial<NewView> & { tree?: QueryTree }): Promise<View> {
  return await call(client().from("views").update(changes as never).eq("view_id", id).select().single()) as View;
}

export async function deleteView(id: string): Promise<void> {
  await call(client().from("views").delete().eq("view_id", id).select("view_id"));
}
