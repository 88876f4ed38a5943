/** What every adapter is given, and what it gives back. */

import type { Incoming } from "./receiving.ts";

export interface Call {
  headers: Headers;
  body: Uint8Array;
  /** Reads a variable of the function's environment. */
  secret: (name: string) => string | undefined;
  fetch: typeof fetch;
  /** Whether this token of a provider came with this mail and no other. @throws ApiError */
  isFirstUse: (source: string, token: string, content: string) => Promise<boolean>;
  /** In milliseconds since 1970. */
  now: number;
}

/** What a provider says of a mail that was sent. */
export interface Report {
  /** Names of the mail, the surest first: an id of ours, or the provider's own. */
  ids: string[];
  outcome: "delivered" | "delayed" | "bounced" | "soft_bounced" | "complained";
  detail: string;
}

/** A mail, reports, or the answer to a request that brings neither. @throws SignatureError, SetupError, BodyError */
export type Adapter = (call: Call) => Promise<Incoming | Report[] | Response>;

/** A secret of the function is missing, or not valid: the sender tries again, and nothing is lost. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** The request is signed, and is not what the provider sends. */
export class BodyError extends Error {
  override name = "BodyError";
}

/** @throws SetupError when it is not set */
export function needed(call: Pick<Call, "secret">, name: string): string {
  const value = call.secret(name);
  if (value === undefined) throw new SetupError(`The function has no secret ${name}`);
  return value;
}

/** Several secrets in one variable, for a rotation. */
export function list(value: string): string[] {
  return value.split(/[\s,]+/).filter((one) => one !== "");
}

/** @throws BodyError */
export function jsonIn(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The same answer.
  }
  throw new BodyError("The body is no JSON object");
}

export const text = (value: unknown): string | null => typeof value === "string" && value !== "" ? value : null;

export const rows = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
