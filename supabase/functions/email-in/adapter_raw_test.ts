import { equal, failure } from "../_helpdesk/testing.ts";
import { fromRaw } from "./adapter_raw.ts";
import { BodyError, type Call } from "./adapters.ts";
import { base64, hmac, SignatureError } from "./signatures.ts";

const KEY = new TextEncoder().encode("a secret of thirty-two bytes, ok");
const RAW = Uint8Array.from([70, 114, 111, 109, 58, 32, 0xfc, 13, 10, 13, 10, 0]);
const ENVELOPE = { from: "carla@customer.example", to: ["support@desk.example"] };

/** A signed request; what a test changes of it is changed after it was signed. */
async function call(body: string, changes: { body?: string; headers?: Record<string, string> } = {}): Promise<Call> {
  const time = String(Math.floor(Date.now() / 1000));
  const signature = base64(await hmac(KEY, new TextEncoder().encode(`msg_1.${time}.${body}`)));
  return {
    headers: new Headers({
      "webhook-id": "msg_1",
      "webhook-timestamp": time,
      "webhook-signature": `v1,${signature}`,
      ...changes.headers,
    }),
    body: new TextEncoder().encode(changes.body ?? body),
    secret: () => `whsec_${base64(KEY)}`,
    fetch,
    isFirstUse: () => Promise.resolve(true),
    now: Date.now(),
  };
}

const written = (envelope: unknown = ENVELOPE, mail: unknown = base64(RAW)) => JSON.stringify({ envelope, mail });

Deno.test("the signature is over the mail and over its envelope", async () => {
  const { raw, envelope, source } = await fromRaw(await call(written()));
  equal([[...raw], envelope, source], [[...RAW], ENVELOPE, "raw"]);
  for (const changed of [{ ...ENVELOPE, to: ["boss@desk.example"] }, { ...ENVELOPE, from: "boss@desk.example" }]) {
    await failure(SignatureError, async () => await fromRaw(await call(written(), { body: written(changed) })));
  }
});

Deno.test("a header beside the signature says nothing about the mail", async () => {
  const headers = { "x-envelope-to": "boss@desk.example", "x-envelope-from": "boss@desk.example" };
  for (const type of ["message/rfc822", "multipart/form-data; boundary=b", "application/json"]) {
    const { envelope } = await fromRaw(await call(written(), { headers: { ...headers, "content-type": type } }));
    equal(envelope, ENVELOPE);
  }
});

Deno.test("a mail without a sender, as a report has none", async () => {
  for (const from of [null, undefined, ""]) {
    const { envelope } = await fromRaw(await call(written({ from, to: ENVELOPE.to })));
    equal(envelope, { from: from ?? null, to: ENVELOPE.to });
  }
});

Deno.test("a signed body that is no mail is refused, also the bytes alone", async () => {
  const bodies = [
    "",
    new TextDecoder().decode(RAW),
    "[]",
    written("support@desk.example"),
    written({ from: 1, to: [] }),
    written({ from: null, to: "support@desk.example" }),
    written({ from: null, to: [{}] }),
    written(ENVELOPE, "From: a@b.example"),
    written(ENVELOPE, null),
  ];
  for (const body of bodies) await failure(BodyError, async () => await fromRaw(await call(body)));
});
