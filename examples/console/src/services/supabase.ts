import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../lib/config.ts";
import type { Database } from "../lib/database.types.ts";
import { HelpdeskError } from "../lib/errors.ts";

export type Client = SupabaseClient<Database, "helpdesk">;

let started: Client | null = null;
let startedWith: Config | null = null;

/** Make the one client of this page. */
export function startClient({ url, key }: Config): Client {
  startedWith = { url, key };
  started = createClient<Database, "helpdesk">(url, key, {
    db: { schema: "helpdesk" },
    auth: {
      persistSession: true,
      // Links in mails are read by lib/authLink: they also work in another browser than the one that asked for them.
      detectSessionInUrl: false,
      storageKey: `helpdesk.session.${key.slice(-8)}`,
    },
  });
  return started;
}

/** The client of this page. */
export function client(): Client {
  if (!started) throw new Error("startClient() comes first");
  return started;
}

/** The address and the key of this page, for what supabase-js cannot do: an upload that shows its progress. */
export function connection(): Config {
  if (!startedWith) throw new Error("startClient() comes first");
  return startedWith;
}

type Answer<T> = {
  data: T;
  error: { message: string; details?: string; hint?: string; code?: string } | null;
  status?: number;
};

/** The data of a request, or a HelpdeskError. */
export async function call<T>(request: PromiseLike<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, status } = await request;
  if (error) throw new HelpdeskError({ ...error, status: status ?? 0 });
  return data as NonNullable<T>;
}
