/** A request to Storage with everything that its handler needs, and the values of its JSON body. */

import { MAX_BODY_BYTES, readBody, readJson } from "../api/request_limits.ts";
import type { Caller } from "./caller.ts";
import { invalidRequest, tooLarge } from "./errors.ts";
import { checkBucket, checkKey } from "./keys.ts";
import type { Operation } from "./objects.ts";

export type Body = Record<string, unknown>;

export interface Call {
  request: Request;
  url: URL;
  bucket: string;
  key: string;
  caller: Caller;
  /** The owner of what the caller creates; null for the secret key. */
  owner: string | null;
  operation: Operation;
}

const MAX_SECONDS = 10 * 365 * 86400;

export const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/** The JSON object of the body. Throws StorageError. */
export async function jsonBody(request: Request): Promise<Body> {
  const bytes = await readBody(request, MAX_BODY_BYTES);
  if (bytes instanceof Response) throw tooLarge();
  const read = readJson(bytes);
  if ("error" in read) throw invalidRequest(read.error.details ?? read.error.message);
  if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value)) {
    throw invalidRequest("body must be object");
  }
  return read.value as Body;
}

export function secondsOf(body: Body): number {
  const seconds = Number(body.expiresIn);
  if (!Number.isSafeInteger(seconds) || seconds < 1) throw invalidRequest("body/expiresIn must be >= 1");
  return Math.min(seconds, MAX_SECONDS);
}

/** The keys under a name of the body. Throws StorageError. */
export function keysOf(body: Body, name: string): string[] {
  const given = body[name];
  if (!Array.isArray(given) || given.length === 0) {
    throw invalidRequest(`body/${name} must NOT have fewer than 1 items`);
  }
  for (const key of given) checkKey(key);
  return given;
}

/** From where to where a body moves or copies. Throws StorageError. */
export function placesOf(body: Body) {
  const { bucketId: from, sourceKey: source, destinationKey: target, destinationBucket: to = from } = body;
  checkBucket(from);
  checkBucket(to);
  checkKey(source);
  checkKey(target);
  return { from, source, to, target };
}
