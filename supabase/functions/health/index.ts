/** `GET /functions/v1/health`: reports whether the helpdesk is installed, and its schema version. Public; reveals nothing else. */

import { createClient } from "@supabase/supabase-js";
import { readEnvironment } from "../_helpdesk/environment.ts";
import { fetchWithId, logged } from "../_helpdesk/request_log.ts";
import { type Answer, check, respond } from "./report.ts";

const { url, secretKey } = readEnvironment((name) => Deno.env.get(name));
const client = createClient(url, secretKey, {
  db: { schema: "helpdesk" },
  auth: { persistSession: false, autoRefreshToken: false },
  global: { fetch: fetchWithId },
});

async function ask(): Promise<Answer> {
  const { data, error } = await client.rpc("schema_version").abortSignal(AbortSignal.timeout(5000));
  return error ? { data: null, error } : { data: data as string | null, error: null };
}

Deno.serve(logged("health", async () => respond(await check(ask, () => performance.now()))));
