import type { LogEvent } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/** The log, the newest first: `before` is the id of the last event of the page before. */
export async function listEvents(filter: { before?: number; type?: string; actor?: string }): Promise<LogEvent[]> {
  let query = client().from("events").select().order("event_id", { ascending: false }).limit(50);
  if (filter.before) query = query.lt("event_id", filter.before);
  if (filter.type) query = query.like("type", `${filter.type}%`);
  if (filter.actor) query = query.eq("actor_id", filter.actor);
  return await call(query) as LogEvent[];
}
