/**
 * `POST /functions/v1/check-attachment {"attachment_id": "…"}`: checks a file that waits for its check; without an id,
 * the files that have waited longest. Everybody who is signed in may call it: it says nothing about the files.
 */

import { createClient } from "@supabase/supabase-js";
import { readEnvironment } from "../_helpdesk/environment.ts";
import { bodyOf, json, notAPost } from "../_helpdesk/http.ts";
import { fetchWithId, logged, warn } from "../_helpdesk/request_log.ts";
import { judge } from "./check.ts";
import { connectTo } from "./scanner.ts";

const BATCH = 5;
const LEASE_SECONDS = 120;

const { url, secretKey } = readEnvironment((name) => Deno.env.get(name));
const connect = connectTo(optional("HELPDESK_CLAMAV"));
const client = createClient(url, secretKey, {
  db: { schema: "helpdesk" },
  auth: { persistSession: false, autoRefreshToken: false },
  global: { fetch: fetchWithId },
});

interface Attachment {
  attachment_id: string;
  ticket_id: string;
  content_type: string;
}

/** A variable that need not be set; the local stack permits to read only those that are. */
function optional(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

async function call<T>(name: string, args: Record<string, unknown>): Promise<T> {
  const { data, error } = await client.rpc(name, args);
  if (error) throw new Error(`${name}: ${error.message}`);
  return data as T;
}

async function check({ attachment_id, ticket_id, content_type }: Attachment): Promise<void> {
  try {
    const key = `tickets/${ticket_id}/${attachment_id}`;
    const answer = await fetchWithId(`${url}/storage/v1/object/authenticated/helpdesk-attachments/${key}`, {
      headers: { apikey: secretKey, authorization: `Bearer ${secretKey}` },
    });
    if (!answer.ok || answer.body === null) throw new Error(`Storage answered ${answer.status}`);
    await call("settle_attachment", { attachment_id, ...await judge(content_type, answer.body, connect) });
  } catch (error) {
    // No verdict: the file waits, and is tried again.
    warn(`The file was not checked: ${(error as Error).message}`, { attachment_id });
    await call("postpone_attachment", { attachment_id, problem: (error as Error).message });
  }
}

async function idIn(request: Request): Promise<string | null> {
  try {
    const { attachment_id: id } = await bodyOf(request, ["attachment_id"]);
    return typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : null;
  } catch {
    return null;
  }
}

Deno.serve(logged("check-attachment", async (request) => {
  const refused = notAPost(request);
  if (refused) return refused;
  const id = await idIn(request);
  const lease = { max_rows: id === null ? BATCH : 1, lease_seconds: LEASE_SECONDS, attachment_id: id };
  const leased = await call<Attachment[]>("lease_attachments", lease);
  for (const attachment of leased) await check(attachment);
  return json({ leased: leased.length });
}));
