/** Verification of the stack's keys and people's tokens, with Realtime's error messages. */

import { compactVerify, errors } from "jose";
import { type Keys, roleOfKey } from "../api/tokens.ts";

export interface Claims extends Record<string, unknown> {
  role: string;
  /** Unix time in seconds. */
  exp: number;
}

export interface Credential {
  token: string;
  claims: Claims;
}

/** An invalid token. A refused join's reason begins with `code`. */
export class TokenError extends Error {
  constructor(readonly code: "InvalidJWTToken" | "MalformedJWT" | "JwtSignatureError", message: string) {
    super(message);
  }
}

/** The stack's keys never expire. */
const FAR_FUTURE = 253_402_300_799;
const ALGORITHMS = ["HS256", "HS384", "HS512"];

/** Whether a token is an opaque `sb_…` key, which Realtime cannot decode. */
export const isOpaqueKey = (token: string): boolean => token.startsWith("sb_");

/**
 * Verify a key or token.
 *
 * @throws TokenError with Realtime's message
 */
export async function verifyCredential(token: string, keys: Keys): Promise<Credential> {
  const role = roleOfKey(token, keys);
  if (role !== null) return { token, claims: { iss: "supabase", role, exp: FAR_FUTURE } };
  const claims = await verifiedClaims(token, keys.jwt_secret);
  assertNotExpired(claims);
  return { token, claims };
}

/**
 * Check that a credential has not expired.
 *
 * @throws TokenError
 */
export function assertNotExpired(claims: Claims): void {
  const over = Math.floor(Date.now() / 1000) - claims.exp;
  if (over >= 0) throw new TokenError("InvalidJWTToken", `Token has expired ${over} seconds ago`);
}

async function verifiedClaims(token: string, secret: string): Promise<Claims> {
  const malformed = () => new TokenError("MalformedJWT", "The token provided is not a valid JWT");
  const claims = await payloadOf(token, secret).catch((error) => {
    const forged = error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed;
    throw forged ? new TokenError("JwtSignatureError", "Failed to validate JWT signature") : malformed();
  });
  if (typeof claims !== "object" || claims === null) throw malformed();
  const { role, exp, iat = 0 } = claims as Record<string, unknown>;
  if (role === undefined || exp === undefined) {
    throw new TokenError("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
  }
  if (typeof exp !== "number" || exp <= 0) throw new TokenError("InvalidJWTToken", "Token expiration time is invalid");
  if (typeof role !== "string" || typeof iat !== "number") throw malformed();
  return claims as Claims;
}

async function payloadOf(token: string, secret: string): Promise<unknown> {
  const bare = decodeURIComponent(token).replaceAll(/\s/g, "");
  const { payload } = await compactVerify(bare, new TextEncoder().encode(secret), { algorithms: ALGORITHMS });
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
}
