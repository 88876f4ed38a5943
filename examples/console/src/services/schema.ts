import { call, client } from "./supabase.ts";

/** The version of the newest migration of the helpdesk in the database. */
export async function schemaVersion(): Promise<string> {
  return await call(client().rpc("schema_version"));
}
