import type { AuthChangeEvent, Session } from "@supabase/supabase-js";
import { HelpdeskError } from "../lib/errors.ts";
import type { Person, Team } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

/** Listen to sign-in, sign-out and refreshed sessions; also called once with the session of the page. */
export function onSession(listener: (event: AuthChangeEvent, session: Session | null) => void): () => void {
  const { data } = client().auth.onAuthStateChange(listener);
  return () => data.subscription.unsubscribe();
}

/** Who is signed in, as the database says. */
export async function whoami(): Promise<Person> {
  return await call(client().rpc("whoami")) as Person;
}

/** The teams that a person works in. */
export async function myTeams(userId: string): Promise<Team[]> {
  const rows = await call(client().from("team_members").select("teams(*)").eq("user_id", userId));
  return rows.flatMap((row) => row.teams ?? []) as Team[];
}

/** Sign in with a password. */
export async function signIn(email: string, password: string): Promise<void> {
  const { error } = await client().auth.signInWithPassword({ email, password });
  if (error) throw new HelpdeskError({ message: error.message, code: error.code, status: error.status });
}

/** End the session on this device. */
export async function signOut(): Promise<void> {
  await client().auth.signOut({ scope: "local" });
}
