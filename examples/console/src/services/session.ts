import { AuthClient } from "@supabase/auth-js";
import { sessionKey } from "../lib/storedSession.ts";
import { connection, takeSession } from "./supabase.ts";

/** Sign-in and sign-out, and a session that is renewed before it ends: from here on requests ask it for their token. */
export function startSession(): void {
  const { url, key } = connection();
  takeSession(
    new AuthClient({
      url: `${url}/auth/v1`,
      headers: { apikey: key },
      storageKey: sessionKey(key),
      persistSession: true,
      autoRefreshToken: true,
      // Links in mails are read by lib/authLink: they also work in another browser than the one that asked for them.
      detectSessionInUrl: false,
      flowType: "implicit",
      fetch: fetchByOwnClock,
    }),
  );
}

/**
 * A session says when it ends by the server's clock. Here it ends by this device's clock, which may be hours ahead:
 * otherwise each request would renew the session first.
 */
async function fetchByOwnClock(address: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init);
  const isJson = response.headers.get("content-type")?.includes("json");
  if (!response.ok || !isJson) return response;
  const answer: unknown = await response.clone().json().catch(() => null);
  if (!answer || typeof answer !== "object" || !("expires_at" in answer && "expires_in" in answer)) return response;
  const { expires_at: _, ...rest } = answer;
  return Response.json(rest, { status: response.status, headers: response.headers });
}
