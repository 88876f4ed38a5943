import { equal, failure } from "../_helpdesk/testing.ts";
import { checkedTime, isEqual, isSecret, SignatureError, verifyBasic, verifyStandard } from "./signatures.ts";

const NOW = 1_764_000_000_000;
const SECRET = `whsec_${btoa("a secret of thirty-two bytes, ok")}`;

async function signed(body: Uint8Array, seconds = NOW / 1000, secret = SECRET, id = "msg_1"): Promise<Headers> {
  const key = await crypto.subtle.importKey(
    "raw",
    Uint8Array.from(atob(secret.slice(6)), (c) => c.charCodeAt(0)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const content = await new Blob([`${id}.${seconds}.`, body as Uint8Array<ArrayBuffer>]).arrayBuffer();
  const signature = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, content))));
  return new Headers({
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,AAAA v1a,x v1,${signature}`,
  });
}

Deno.test("the signature is over the bytes, and one of several secrets is enough", async () => {
  const body = Uint8Array.from([0xff, 0, 13, 10, 0xfe]);
  const headers = await signed(body);
  const other = `whsec_${btoa("another secret of thirty-two byte")}`;
  equal(await verifyStandard(headers, body, [other, SECRET], "webhook", NOW), "msg_1");
  await failure(SignatureError, () => verifyStandard(headers, body, [other], "webhook", NOW));
  await failure(SignatureError, () => verifyStandard(headers, body.subarray(1), [SECRET], "webhook", NOW));
  await failure(SignatureError, () => verifyStandard(new Headers(), body, [SECRET], "webhook", NOW));
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
    const changed = new Headers(headers);
    changed.set(name, name === "webhook-timestamp" ? String(NOW / 1000 + 1) : "x");
    await failure(SignatureError, () => verifyStandard(changed, body, [SECRET], "webhook", NOW));
  }
});

Deno.test("an example of Standard Webhooks itself", async () => {
  const headers = new Headers({
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
  const body = new TextEncoder().encode('{"test": 2432232314}');
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  equal(await verifyStandard(headers, body, [secret], "svix", 1_614_265_330_000), headers.get("svix-id"));
});

Deno.test("clocks may differ by five minutes", () => {
  for (const late of [-299, 0, 299]) equal(checkedTime(String(NOW / 1000 - late), NOW), NOW / 1000 - late);
  for (const odd of [String(NOW / 1000 - 301), String(NOW / 1000 + 301), "", "x", "-1", "1e3", "99999999999999"]) {
    let refused = false;
    try {
      checkedTime(odd, NOW);
    } catch (error) {
      refused = error instanceof SignatureError;
    }
    equal(refused, true);
  }
});

Deno.test("a short secret signs nothing", async () => {
  const body = new Uint8Array([1]);
  const headers = await signed(body);
  for (const secret of ["whsec_", "", "whsec_c2hvcnQ=", "%%%"]) {
    const error = await failure(Error, () => verifyStandard(headers, body, [secret], "webhook", NOW));
    equal([error.message.startsWith("The secret must be whsec_"), isSecret(secret)], [true, false]);
  }
});

Deno.test("name and password", () => {
  const headers = (value: string) => new Headers({ authorization: value });
  verifyBasic(headers(`Basic ${btoa("a:b")}`), "a:b");
  for (const value of ["", "Basic", `Basic ${btoa("a:c")}`, `Bearer ${btoa("a:b")}`]) {
    let refused = false;
    try {
      verifyBasic(headers(value), "a:b");
    } catch {
      refused = true;
    }
    equal(refused, true);
  }
  equal([isEqual("", ""), isEqual("a", "b"), isEqual("a", "ab")], [true, false, false]);
});
