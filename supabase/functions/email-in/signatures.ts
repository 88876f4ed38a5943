/** Who has sent a request: signatures over the bytes as they came, compared in a time that says nothing. */

import { createHmac } from "node:crypto";

/** A request that nobody with the secret has sent, or too long ago. It is answered with 401. */
export class SignatureError extends Error {
  override name = "SignatureError";
}

/** How far the time of a request may be from ours. */
export const TOLERANCE_SECONDS = 300;
const SIGNATURES_MAX = 50;
/** A shorter secret could be guessed. */
const SECRET_BYTES_MIN = 24;

const encoder = new TextEncoder();

export async function hmac(key: Uint8Array, content: Uint8Array): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey(
    "raw",
    key as Uint8Array<ArrayBuffer>,
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, content as Uint8Array<ArrayBuffer>));
}

/** Whether two texts are equal; how long that takes says nothing but their length. */
export function isEqual(left: string, right: string): boolean {
  const [a, b] = [encoder.encode(left), encoder.encode(right)];
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * The time of a request, in seconds.
 *
 * @param oldest how old it may be, in seconds
 * @throws SignatureError when it is too far from now
 */
export function checkedTime(written: string, now: number, oldest = TOLERANCE_SECONDS): number {
  if (!/^[0-9]{1,12}$/.test(written)) throw new SignatureError("The request has no time in seconds");
  const late = now / 1000 - Number(written);
  if (late > oldest || -late > TOLERANCE_SECONDS) {
    const when = late > 0 ? `${Math.round(late)} seconds old` : `${Math.round(-late)} seconds in the future`;
    throw new SignatureError(`The request is ${when}: compare the clocks`);
  }
  return Number(written);
}

/**
 * Check a signature of Standard Webhooks. The id of the request.
 *
 * @param prefix of the headers: `webhook`, or `svix`
 * @param secrets one of them must have signed, each `whsec_…`
 * @throws SignatureError
 */
// deno-lint-ignore require-await
export async function verifyStandard(
  headers: Headers,
  body: Uint8Array,
  secrets: string[],
  prefix = "webhook",
  now = Date.now(),
): Promise<string> {
  const [id, time, signatures] = ["id", "timestamp", "signature"].map((name) =>
    headers.get(`${prefix}-${name}`) ?? ""
  ) as [
    string,
    string,
    string,
  ];
  if (id === "" || signatures === "") throw new SignatureError("The request is not signed");
  checkedTime(time, now);
  const given = signatures.split(/\s+/).slice(0, SIGNATURES_MAX).filter((one) => one.startsWith("v1,"));
  let matches = false;
  for (const secret of secrets) {
    // In two pieces: a copy of a large mail is memory that a function does not have.
    const digest = createHmac("sha256", keyOf(secret)).update(`${id}.${time}.`).update(body).digest("base64");
    const signature = `v1,${digest}`;
    for (const one of given) if (isEqual(signature, one)) matches = true;
  }
  if (!matches) throw new SignatureError("No signature of the request is of our secret");
  return id;
}

/** Whether a text is a secret of Standard Webhooks, and long enough. */
export function isSecret(secret: string): boolean {
  try {
    return keyOf(secret).length > 0;
  } catch {
    return false;
  }
}

function keyOf(secret: string): Uint8Array {
  let key = new Uint8Array();
  try {
    key = fromBase64(secret.trim().replace(/^whsec_/, ""));
  } catch {
    // It is too short then, too.
  }
  if (key.length < SECRET_BYTES_MIN) throw new Error("The secret must be whsec_ and at least 32 characters of base64");
  return key;
}

/** Check `Authorization: Basic …`. @throws SignatureError */
export function verifyBasic(headers: Headers, expected: string): void {
  const [, given] = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (given === undefined || !isEqual(given, base64(encoder.encode(expected)))) {
    throw new SignatureError("The name or the password is not ours");
  }
}
