/** Names of objects, and the tokens of signed URLs. */

import { errors, jwtVerify, SignJWT } from "jose";
import { bucketNotFound, StorageError } from "./errors.ts";

/** The limit of S3, and so of hosted. */
const MAX_KEY_BYTES = 1024;

/**
 * Refuse a key that no Storage accepts.
 *
 * @throws StorageError
 */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key === "string" && key !== "" && isValid(key)) return;
  throw new StorageError(400, "InvalidKey", `Invalid key: ${String(key).slice(0, 100)}`);
}

/** Like `checkKey`, for the prefix of a list, which may be empty. */
export function checkPrefix(prefix: string): void {
  if (prefix !== "") checkKey(prefix);
}

/**
 * Refuse a bucket's name that no bucket can have.
 *
 * @throws StorageError
 */
export function checkBucket(name: unknown): asserts name is string {
  if (typeof name !== "string" || !isValid(name) || name.includes("/")) throw bucketNotFound();
}

function isValid(key: string): boolean {
  // deno-lint-ignore no-control-regex -- these are the characters to refuse
  if (!key.isWellFormed() || /[\x00-\x1f\x7f]/.test(key) || key.startsWith("/")) return false;
  if (key.split("/").some((name) => name === "." || name === "..")) return false;
  return new TextEncoder().encode(key).length <= MAX_KEY_BYTES;
}

/** What a token permits. An upload token is not accepted for a download. */
export type Permit =
  | { intent: "download"; url: string }
  | { intent: "upload"; url: string; owner: string | null; upsert: boolean };

/** A token for one object, valid for `seconds`. */
export async function sign(permit: Permit, seconds: number, secret: string): Promise<string> {
  return await new SignJWT({ ...permit })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(secret));
}

/**
 * The content of a token for `url`, and its expiry as a Unix time.
 *
 * @throws StorageError
 */
export async function verify<I extends Permit["intent"]>(
  token: string | null,
  intent: I,
  url: string,
  secret: string,
): Promise<{ permit: Extract<Permit, { intent: I }>; expires: number }> {
  const payload = await payloadOf(token ?? "", secret);
  if (payload.url !== url || payload.intent !== intent || typeof payload.exp !== "number") {
    throw new StorageError(400, "InvalidSignature", "Invalid signature");
  }
  return { permit: payload as unknown as Extract<Permit, { intent: I }>, expires: payload.exp };
}

async function payloadOf(token: string, secret: string): Promise<Record<string, unknown>> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { algorithms: ["HS256"] });
    return payload;
  } catch (error) {
    const expired = error instanceof errors.JWTExpired;
    const message = expired ? '"exp" claim timestamp check failed' : "signature verification failed";
    throw new StorageError(400, "InvalidJWT", message);
  }
}
