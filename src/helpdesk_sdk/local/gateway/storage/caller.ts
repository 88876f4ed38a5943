/** Who sends a request to Storage. */

import { apiKey, bearerToken, type Keys, roleOfKey, verifyToken } from "../api/tokens.ts";
import { accessDenied } from "./errors.ts";

export interface Caller {
  role: string;
  /** The id of the signed-in user; null for keys. */
  userId: string | null;
  claims: Record<string, unknown>;
  /** Whether the request had a valid key or token. */
  isAuthenticated: boolean;
}

const NOBODY: Caller = { role: "anon", userId: null, claims: { role: "anon" }, isAuthenticated: false };

/**
 * The caller of a request. With `lenient`, a missing or invalid token counts as no token.
 *
 * @throws StorageError
 */
export async function callerOf(request: Request, keys: Keys, lenient: boolean): Promise<Caller> {
  const token = bearerToken(request) ?? apiKey(request);
  if (token === null) {
    if (lenient) return NOBODY;
    throw accessDenied("The request has no Authorization header");
  }
  const keyRole = roleOfKey(token, keys);
  if (keyRole !== null) return { role: keyRole, userId: null, claims: { role: keyRole }, isAuthenticated: true };
  const verdict = await verifyToken(token, keys.jwt_secret);
  if ("role" in verdict) {
    const { sub } = verdict.claims;
    const claims = { ...verdict.claims, role: verdict.role };
    return { role: verdict.role, userId: typeof sub === "string" ? sub : null, claims, isAuthenticated: true };
  }
  if (lenient) return NOBODY;
  throw accessDenied(
    { malformed: "jwt malformed", expired: "jwt expired", forged: "invalid signature", role: "invalid role" }[
      verdict.problem
    ],
  );
}
