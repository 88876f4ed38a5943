/** API keys, and the tokens that people receive when they sign in. */

import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { restError } from "./responses.ts";

export interface Keys {
  publishable_key: string;
  secret_key: string;
  jwt_secret: string;
}

export const REQUEST_ROLES: ReadonlySet<string> = new Set(["anon", "authenticated", "service_role"]);

export type Verdict = { role: string; claims: JWTPayload } | { problem: "malformed" | "expired" | "forged" | "role" };

/** The token of `Authorization: Bearer …`, or null. */
export function bearerToken(request: Request): string | null {
  return request.headers.get("authorization")?.match(/^Bearer\s+(.+)$/i)?.[1]?.trim() ?? null;
}

export function apiKey(request: Request): string | null {
  return request.headers.get("apikey") ?? new URL(request.url).searchParams.get("apikey");
}

/** The role of an API key of the stack; null for any other token. */
export function roleOfKey(token: string, keys: Keys): string | null {
  return token === keys.secret_key ? "service_role" : token === keys.publishable_key ? "anon" : null;
}

/** The database role of a request whose token, if it has any, is valid. */
export async function roleOf(request: Request, keys: Keys): Promise<string> {
  const token = bearerToken(request) ?? apiKey(request);
  if (token === null) return "anon";
  const role = roleOfKey(token, keys);
  if (role !== null) return role;
  const verdict = await verifyToken(token, keys.jwt_secret);
  return "role" in verdict ? verdict.role : "anon";
}

/** Verify a token against the stack's secret. */
export async function verifyToken(token: string, jwtSecret: string): Promise<Verdict> {
  if (token.split(".").length !== 3) return { problem: "malformed" };
  try {
    // The stack's key has no id: a token that names one was signed by another key.
    if (decodeProtectedHeader(token).kid !== undefined) return { problem: "forged" };
    const { payload } = await jwtVerify(token, new TextEncoder().encode(jwtSecret), { algorithms: ["HS256"] });
    const role = payload.role ?? "anon";
    return typeof role === "string" && REQUEST_ROLES.has(role) ? { role, claims: payload } : { problem: "role" };
  } catch (error) {
    return { problem: error instanceof errors.JWTExpired ? "expired" : "forged" };
  }
}

/** The request with `Bearer` as lite reads it: lite takes a person with `bearer` for nobody, and PostgREST does not. */
export function withBearer(request: Request): Request {
  const token = bearerToken(request);
  if (token === null || request.headers.get("authorization")?.startsWith("Bearer ")) return request;
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${token}`);
  return new Request(request, { headers });
}

/** PostgREST's error response for the request's token, or null when the token is valid. */
export async function tokenProblem(request: Request, keys: Keys): Promise<Response | null> {
  if (request.headers.has("authorization") && bearerToken(request) === null) {
    return restError(401, "PGRST301", "The Authorization header is not 'Bearer <token>'");
  }
  const token = bearerToken(request);
  if (token === null || roleOfKey(token, keys) !== null) return null;
  const verdict = await verifyToken(token, keys.jwt_secret);
  if ("role" in verdict) return null;
  switch (verdict.problem) {
    case "malformed":
      return restError(401, "PGRST301", `Expected 3 parts in JWT; got ${token.split(".").length}`);
    case "expired":
      return restError(401, "PGRST303", "JWT expired");
    case "role":
      return restError(403, "42501", "permission denied to set role");
    case "forged":
      return restError(401, "PGRST301", "No suitable key or wrong key type");
  }
}
