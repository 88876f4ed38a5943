/** Amazon's signature of version 4. `providers/ses.py` is the same. */

/** The headers with Amazon's signature of version 4, for a request without a query; the path as it is sent. */
export async function signatureV4(
  request: { method: string; path: string; headers: Record<string, string>; content: string },
  key: { id: string; secret: string; region: string; service: string },
  at: Date,
): Promise<Record<string, string>> {
  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const signed: Record<string, string> = { ...request.headers, "x-amz-date": stamp };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]!.trim().replaceAll(/\s+/g, " ")}\n`).join("");
  const digest = await sha256(request.content);
  const canonical = [request.method, request.path, "", lines, names.join(";"), digest].join("\n");
  const scope = `${stamp.slice(0, 8)}/${key.region}/${key.service}/aws4_request`;
  const asked = ["AWS4-HMAC-SHA256", stamp, scope, await sha256(canonical)].join("\n");
  let secret = encoded(`AWS4${key.secret}`);
  for (const part of [...scope.split("/"), asked]) secret = await hmac(secret, part);
  const credential = `Credential=${key.id}/${scope}, SignedHeaders=${names.join(";")}, Signature=${hex(secret)}`;
  return { ...signed, authorization: `AWS4-HMAC-SHA256 ${credential}` };
}

async function hmac(secret: Uint8Array<ArrayBuffer>, value: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoded(value)));
}

async function sha256(value: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoded(value))));
}

function encoded(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

function hex(value: Uint8Array): string {
  return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
