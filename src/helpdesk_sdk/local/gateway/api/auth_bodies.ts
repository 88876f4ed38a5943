/**
 * The body of a request to Auth: always JSON, whatever its content type says, and an object whose fields are of the
 * right kind. Supabase Auth refuses anything else while it reads the body; @supabase/lite fails later, with a 500.
 */

import { authError } from "./responses.ts";

type Kind = "string" | "boolean" | "object";

const MAX_EMAIL = 255;
const KINDS: Record<Kind, string[]> = {
  string: [
    "auth_code",
    "ban_duration",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "current_password",
    "email",
    "id",
    "nonce",
    "password",
    "password_hash",
    "phone",
    "provider",
    "refresh_token",
    "role",
    "scope",
    "token",
    "token_hash",
    "type",
  ],
  boolean: ["create_user", "email_confirm", "phone_confirm", "should_soft_delete"],
  object: ["app_metadata", "data", "gotrue_meta_security", "options", "user_metadata"],
};
const KIND_OF = new Map(
  (Object.keys(KINDS) as Kind[]).flatMap((kind) => KINDS[kind].map((field): [string, Kind] => [field, kind])),
);

/** Auth's refusal of a body that it cannot read. */
export function badJson(why: string): Response {
  return authError(400, "bad_json", `Could not parse request body as JSON: ${why}`);
}

/** The body for Auth, without fields that are null: they stand for nothing. Or the refusal of one that it cannot take. */
export function authBody(body: unknown): string | Response {
  const kind = kindOf(body);
  if (kind !== "object") return badJson(`an object is needed, not ${kind}`);
  const given = Object.entries(body as object).filter(([, value]) => value !== null);
  for (const [field, value] of given) {
    const wanted = KIND_OF.get(field);
    if (wanted !== undefined && kindOf(value) !== wanted) {
      return badJson(`${field} must be a JSON ${wanted}, not ${kindOf(value)}`);
    }
    if (field === "email" && new TextEncoder().encode(value).length > MAX_EMAIL) {
      return authError(400, "validation_failed", "An email address is too long");
    }
  }
  // Neither text nor jsonb of PostgreSQL can hold it.
  return holds(body, "\0") ? badJson("it holds the character U+0000") : JSON.stringify(Object.fromEntries(given));
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function holds(value: unknown, character: string): boolean {
  if (typeof value === "string") return value.includes(character);
  if (value === null || typeof value !== "object") return false;
  return Object.entries(value).some(([key, inner]) => key.includes(character) || holds(inner, character));
}
