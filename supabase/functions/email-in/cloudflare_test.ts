import worker from "../../../examples/cloudflare-email/worker.ts";
import { equal, failure } from "../_helpdesk/testing.ts";
import { fromRaw } from "./adapter_raw.ts";
import type { Incoming } from "./receiving.ts";

const SECRET = `whsec_${btoa("a secret of thirty-two bytes, ok")}`;
const RAW = Uint8Array.from([70, 114, 111, 109, 58, 32, 0xfc, 13, 10, 13, 10, 0]);

async function handedOver(status: number): Promise<Incoming> {
  const before = globalThis.fetch;
  let received: Promise<Incoming> | null = null;
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    equal(url, "https://host/functions/v1/email-in");
    const body = new Uint8Array(await new Response(init.body).arrayBuffer());
    const headers = new Headers(init.headers);
    const isFirstUse = () => Promise.resolve(true);
    received = fromRaw({ headers, body, secret: () => SECRET, fetch: before, isFirstUse, now: Date.now() });
    return new Response("", { status });
  }) as typeof fetch;
  try {
    const mail = { from: "a@b.example", to: "support@desk.example", raw: new Response(RAW).body! };
    await worker.email(mail, { EMAIL_IN_URL: "https://host/functions/v1/email-in", HELPDESK_EMAIL_SECRET: SECRET });
  } finally {
    globalThis.fetch = before;
  }
  return await received!;
}

Deno.test("the worker for Cloudflare hands over the bytes, and the function accepts its signature", async () => {
  const { raw, envelope } = await handedOver(200);
  equal([...raw], [...RAW]);
  equal(envelope, { from: "a@b.example", to: ["support@desk.example"] });
});

Deno.test("when the helpdesk cannot keep the mail, the sender's server tries again", async () => {
  equal((await failure(Error, () => handedOver(503))).message, "The helpdesk answered 503");
});
