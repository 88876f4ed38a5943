/**
 * Validation of request bodies for Auth: a JSON object, whatever the content type says, with fields of the right type.
 * Supabase Auth refuses all other bodies with 400; @supabase/lite would fail later with 500.
 */

import { authError } from "./responses.ts";

type FieldType = "string" | "boolean" | "object";

const MAX_EMAIL = 255;
const FIELDS_OF_TYPE: Record<FieldType, string[]> = {
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
const TYPE_OF_FIELD = new Map(
  (Object.keys(FIELDS_OF_TYPE) as FieldType[]).flatMap((kind) =>
    FIELDS_OF_TYPE[kind].map((field): [string, FieldType] => [field, kind])
  ),
);

/** Auth's error response for an unreadable body. */
export function badJson(why: string): Response {
  return authError(400, "bad_json", `Could not parse request body as JSON: ${why}`);
}

/** The body for Auth without its null fields, which mean the same as absent fields; or the error response. */
export function parseAuthBody(body: unknown): string | Response {
  const kind = jsonType(body);
  if (kind !== "object") return badJson(`an object is required, not ${kind}`);
  const fields = Object.entries(body as object).filter(([, value]) => value !== null);
  for (const [field, value] of fields) {
    const expected = TYPE_OF_FIELD.get(field);
    if (expected !== undefined && jsonType(value) !== expected) {
      return badJson(`${field} must be a JSON ${expected}, not ${jsonType(value)}`);
    }
    if (field === "email" && new TextEncoder().encode(value).length > MAX_EMAIL) {
      return authError(400, "validation_failed", "An email address is too long");
    }
  }
  // PostgreSQL stores U+0000 neither in text nor in jsonb.
  return containsCharacter(body, "\0")
    ? badJson("it contains the character U+0000")
    : JSON.stringify(Object.fromEntries(fields));
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function containsCharacter(value: unknown, character: string): boolean {
  if (typeof value === "string") return value.includes(character);
  if (value === null || typeof value !== "object") return false;
  return Object.entries(value).some(([key, inner]) => key.includes(character) || containsCharacter(inner, character));
}
