/**
 * A mail byte for byte: `message/rfc822`, signed as Standard Webhooks says over the raw bytes. The envelope is in the
 * headers `x-envelope-from` and `x-envelope-to`.
 */

import { type Call, list, needed } from "./adapters.ts";
import type { Incoming } from "./receiving.ts";
import { verifyStandard } from "./signatures.ts";

export async function fromRaw(call: Call): Promise<Incoming> {
  await verifyStandard(call.headers, call.body, list(needed(call, "HELPDESK_EMAIL_SECRET")), "webhook", call.now);
  return unsigned(call, "raw");
}

/** The same from a holder of the project's secret key. */
export function unsigned({ headers, body }: Pick<Call, "headers" | "body">, source: string): Incoming {
  const to = (headers.get("x-envelope-to") ?? "").split(/[,\s]+/).filter((address) => address !== "");
  return { raw: body, envelope: { from: headers.get("x-envelope-from"), to }, source };
}
