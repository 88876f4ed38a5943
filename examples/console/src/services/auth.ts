import type { AuthChangeEvent, AuthError, Session } from "@supabase/auth-js";
import { type AuthLink, personOfLink } from "../lib/authLink.ts";
import { HelpdeskError } from "../lib/errors.ts";
import type { Person, Team } from "../lib/models.ts";
import { call, client, connection } from "./supabase.ts";

/** Listen to sign-in, sign-out and refreshed sessions; also called once with the session of the page. */
export function onSession(listener: (event: AuthChangeEvent, session: Session | null) => void): () => void {
  const { data } = client().auth.onAuthStateChange(listener);
  return () => data.subscription.unsubscribe();
}

/** Who is signed in, as the database says. */
export async function whoami(): Promise<Person> {
  return await call(client().rpc("whoami")) as Person;
}

/** The teams in which the person with a login works. Customers have none. */
export async function teamsOfLogin(authUserId: string): Promise<Team[]> {
  const query = client().from("team_members").select("teams(*), users!inner(auth_user_id)");
  const rows = await call(query.eq("users.auth_user_id", authUserId));
  return rows.flatMap((row) => row.teams ?? []) as Team[];
}

/** Sign in with a password. */
export async function signIn(email: string, password: string): Promise<void> {
  await settle(client().auth.signInWithPassword({ email, password }));
}

export type NewLogin = { name: string; email: string; password: string };

/** Make a login. Returns whether it is signed in; otherwise a mail asks to confirm the address. */
export async function signUp({ name, email, password }: NewLogin): Promise<boolean> {
  const options = { data: { name }, emailRedirectTo: `${location.origin}/` };
  const { session } = await settle(client().auth.signUp({ email, password, options }));
  return session !== null;
}

/** Send a mail with a link that signs in. Nothing is sent to an address without a login. */
export async function sendSignInLink(email: string): Promise<void> {
  const options = { shouldCreateUser: false, emailRedirectTo: `${location.origin}/` };
  const { error } = await client().auth.signInWithOtp({ email, options });
  // Whether an address has a login is not for everybody to know.
  if (error && error.code !== "otp_disabled" && error.code !== "user_not_found") throw toError(error);
}

/**
 * Send a mail with a link to somebody who is invited. The link makes their login; the session of this page stays as it
 * is. Refused where logins are not open to everybody.
 */
export async function sendInvitation({ email, name }: { email: string; name: string }): Promise<void> {
  const { url, key } = connection();
  const query = new URLSearchParams({ redirect_to: `${location.origin}/set-password` });
  const response = await fetch(`${url}/auth/v1/otp?${query}`, {
    method: "POST",
    headers: { apikey: key, "Content-Type": "application/json" },
    body: JSON.stringify({ email, data: { name }, create_user: true }),
  });
  if (response.ok) return;
  const { msg, message, error_code: code } = await response.json().catch(() => ({}));
  throw new HelpdeskError({ message: msg ?? message ?? String(response.status), code, status: response.status });
}

/** Sign in with the code of such a mail. */
export async function signInWithCode(email: string, token: string): Promise<void> {
  await settle(client().auth.verifyOtp({ email, token, type: "email" }));
}

/** Send the mail that asks to confirm the address again. */
export async function resendConfirmation(email: string): Promise<void> {
  await settle(client().auth.resend({ type: "signup", email, options: { emailRedirectTo: `${location.origin}/` } }));
}

/** Send a mail with a link to choose a new password. */
export async function sendRecovery(email: string): Promise<void> {
  await settle(client().auth.resetPasswordForEmail(email, { redirectTo: `${location.origin}/set-password` }));
}

/** Choose a password for the login that is signed in. */
export async function setPassword(password: string): Promise<void> {
  await settle(client().auth.updateUser({ password }));
}

/** Whose session a link from a mail would replace: their address, and that of the other person if the link says it. */
export type Replaced = { from: string; to: string | null };

/** A link that somebody else has sent must not change who is signed in without a question; null: there is none. */
export async function replacedBy(link: AuthLink): Promise<Replaced | null> {
  if ("code" in link) return null;
  const { data } = await client().auth.getSession();
  if (!data.session) return null;
  const { id, email = "" } = data.session.user, next = personOfLink(link);
  return next?.id === id ? null : { from: email, to: next?.email || null };
}

/** Sign in with a link from a mail. */
export async function openLink(link: AuthLink): Promise<void> {
  if ("code" in link) throw new HelpdeskError({ message: link.message, code: link.code, status: 403 });
  const { auth } = client();
  if ("tokenHash" in link) await settle(auth.verifyOtp({ token_hash: link.tokenHash, type: link.kind }));
  else await settle(auth.setSession({ access_token: link.accessToken, refresh_token: link.refreshToken }));
}

/** End the session on this device. */
export async function signOut(): Promise<void> {
  await client().auth.signOut({ scope: "local" });
}

/** The host of the helpdesk that this page signs in to. */
export function projectHost(): string {
  return new URL(connection().url).host;
}

type Answer = { data: unknown; error: AuthError | null };

async function settle<Given extends Answer>(request: Promise<Given>): Promise<Given["data"]> {
  const { data, error } = await request;
  if (error) throw toError(error);
  return data;
}

function toError({ name, message, code, status }: AuthError): HelpdeskError {
  // What answered is no Supabase Auth: its answer cannot be read.
  const unreadable = name === "AuthUnknownError" ? "not_supabase" : "";
  return new HelpdeskError({ message, code: code ?? unreadable, status: status ?? 0 });
}
