/**
 * A mail byte for byte. Signed as Standard Webhooks says, it is JSON with the envelope and the mail in base64: the
 * signature is over all of it, and no header beside it says who receives the mail. A holder of the secret key sends the
 * bytes alone, with the envelope in `x-envelope-from` and `x-envelope-to`.
 */

import { Buffer } from "node:buffer";
import { BodyError, type Call, jsonIn, list, needed, rows, text } from "./adapters.ts";
import type { Incoming } from "./receiving.ts";
import { verifyStandard } from "./signatures.ts";

export async function fromRaw(call: Call): Promise<Incoming> {
  await verifyStandard(call.headers, call.body, list(needed(call, "HELPDESK_EMAIL_SECRET")), "webhook", call.now);
  const { envelope, mail } = jsonIn(call.body);
  const { from = null, to } = rows([envelope])[0] ?? {};
  const isEnvelope = (from === null || typeof from === "string") && Array.isArray(to) && to.every((one) => text(one));
  if (!isEnvelope || typeof mail !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(mail)) {
    throw new BodyError('The body is not {"envelope": {"from": "address", "to": ["address"]}, "mail": "base64"}');
  }
  return { raw: new Uint8Array(Buffer.from(mail, "base64")), envelope: { from, to }, source: "raw" };
}

/** The bytes from a holder of the project's secret key. */
export function byKey({ headers, body }: Pick<Call, "headers" | "body">, source: string): Incoming {
  const to = (headers.get("x-envelope-to") ?? "").split(/[,\s]+/).filter((address) => address !== "");
  return { raw: body, envelope: { from: headers.get("x-envelope-from"), to }, source };
}
