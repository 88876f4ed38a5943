/** The bytes of a mail that Amazon SES has put into a bucket of S3. */

import { ApiError } from "../_helpdesk/api.ts";
import { signatureV4 } from "../_helpdesk/aws_signature.ts";
import { BodyError, type Call, needed, SetupError } from "./adapters.ts";
import { KEPT_BYTES_MAX } from "./receiving.ts";

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const TIMEOUT_MS = 60_000;
const NOTHING_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * @param topic the ARN of the topic: the bucket is in its region
 * @throws BodyError, SetupError, ApiError when the object cannot be had now
 */
export async function objectOf(call: Call, topic: string, bucket: string, key: string): Promise<Uint8Array> {
  const [, partition, , region = ""] = topic.split(":");
  const isPath = key !== "" && key.split("/").every((part) => part !== "." && part !== "..");
  if (!BUCKET.test(bucket) || !/^[a-z0-9-]{1,30}$/.test(region) || !isPath) {
    throw new BodyError("The notification names no object of S3");
  }
  const [, id, secret] = /^([^:\s]+):(\S+)$/.exec(needed(call, "HELPDESK_EMAIL_SES_KEY")) ?? [];
  if (id === undefined || secret === undefined) throw new SetupError("HELPDESK_EMAIL_SES_KEY is not ID:SECRET");
  const host = `s3.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
  const path = `/${bucket}/${key.split("/").map(escaped).join("/")}`;
  const signed = await signatureV4(
    { method: "GET", path, headers: { host, "x-amz-content-sha256": NOTHING_SHA256 }, content: "" },
    { id, secret, region, service: "s3" },
    new Date(call.now),
  );
  // fetch sets it itself.
  delete signed.host;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await call.fetch(`https://${host}${path}`, { headers: signed, redirect: "error", signal });
    if (answer.ok && Number(answer.headers.get("content-length") ?? 0) <= KEPT_BYTES_MAX) {
      return new Uint8Array(await answer.arrayBuffer());
    }
    await answer.body?.cancel();
    throw new Error(answer.ok ? "The mail is too large" : String(answer.status));
  } catch (error) {
    // Amazon sends the notification again.
    const message = `S3 does not give the mail: ${(error as Error).message.slice(0, 100)}`;
    throw new ApiError(503, { code: "s3", message });
  }
}

/** As Amazon escapes a part of a path: all but letters, digits and `-_.~`. */
function escaped(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
