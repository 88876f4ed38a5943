import { ApiError } from "../_helpdesk/api.ts";
import { signatureV4 } from "../_helpdesk/aws_signature.ts";
import { equal, failure } from "../_helpdesk/testing.ts";
import { fromSes } from "./adapter_ses.ts";
import { BodyError, type Call, SetupError } from "./adapters.ts";
import { amazon, notice, TOPIC } from "./ses_testing.ts";
import { SignatureError } from "./signatures.ts";

const RAW = "From: Carla <carla@customer.example>\r\n\r\nbody\r\n";
Deno.test("a mail that Amazon has signed, with either version, as text and as base64", async () => {
  for (const version of ["1", "2"] as const) {
    const { message, asked } = await amazon(version);
    for (const [content, action] of [[RAW, {}], [btoa(RAW), { action: { encoding: "BASE64" } }]] as const) {
      const mail = await fromSes(await message({ Message: notice(action, content) }));
      if (mail instanceof Response || Array.isArray(mail)) throw new Error("no mail");
      equal([new TextDecoder().decode(mail.raw), mail.envelope], [RAW, {
        from: "carla@customer.example",
        to: ["support@desk.example"],
      }]);
    }
    // The certificate is asked for once.
    equal(asked.length, 1);
  }
});

const KEY = { id: "AKIDEXAMPLE", secret: "a/secret+key", region: "eu-central-1", service: "s3" };

/** S3 with one bucket: it checks the signature of each request as Amazon does, and what the request names. */
function s3(objects: Record<string, string | number>) {
  const asked: string[] = [];
  const send = async (address: string, init?: RequestInit): Promise<Response> => {
    const { host, pathname } = new URL(address);
    asked.push(`${init?.method ?? "GET"} ${host}${pathname}`);
    const given = Object.fromEntries(new Headers(init?.headers));
    const { authorization, "x-amz-date": date = "", ...headers } = given;
    const at = new Date(date.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
    const request = { method: "GET", path: pathname, headers: { ...headers, host }, content: "" };
    if (authorization !== (await signatureV4(request, KEY, at)).authorization) return new Response("", { status: 403 });
    const found = objects[`${host}${pathname}`] ?? 404;
    return typeof found === "string" ? new Response(found) : new Response("", { status: found });
  };
  return { asked, send };
}

/** The call with S3 behind it, beside Amazon's certificates. */
function reaching(one: Call, { send }: { send: (address: string, init?: RequestInit) => Promise<Response> }): Call {
  const beside = one.fetch;
  const fetchIt =
    ((address: string, init?: RequestInit) =>
      new URL(address).host.startsWith("s3.") ? send(address, init) : beside(address, init)) as typeof fetch;
  const secrets: Record<string, string> = {
    HELPDESK_EMAIL_SES_TOPICS: TOPIC,
    HELPDESK_EMAIL_SES_KEY: `${KEY.id}:${KEY.secret}`,
  };
  return { ...one, fetch: fetchIt, secret: (name) => secrets[name] };
}

const stored = (key: unknown, bucket: unknown = "acme-mail", more: Record<string, unknown> = {}) =>
  JSON.stringify({
    notificationType: "Received",
    mail: { source: "carla@customer.example", commonHeaders: { from: ["Carla <carla@customer.example>"] } },
    receipt: {
      recipients: ["support@desk.example"],
      dmarcVerdict: { status: "PASS" },
      action: { type: "S3", topicArn: TOPIC, bucketName: bucket, objectKey: key, ...more },
    },
  });

Deno.test("a large mail is read from S3, with a signature that S3 accepts and with Amazon's verdict", async () => {
  const large = RAW + "x".repeat(200_000);
  const bucket = s3({ "s3.eu-central-1.amazonaws.com/acme-mail/in/a%20b%27c": large });
  const { message } = await amazon("2");
  const mail = await fromSes(reaching(await message({ Message: stored("in/a b'c") }), bucket));
  if (mail instanceof Response || Array.isArray(mail)) throw new Error("no mail");
  equal([new TextDecoder().decode(mail.raw), mail.verdict?.result, mail.source], [large, "pass", "ses"]);
  equal(mail.envelope, { from: "carla@customer.example", to: ["support@desk.example"] });
  equal(bucket.asked, ["GET s3.eu-central-1.amazonaws.com/acme-mail/in/a%20b%27c"]);
  // With the prefix in the key, or beside it.
  for (const key of ["in/a b'c", "a b'c"]) {
    const one = reaching(await message({ Message: stored(key, "acme-mail", { objectKeyPrefix: "in/" }) }), bucket);
    equal(await fromSes(one) instanceof Response, false);
  }
});

Deno.test("what S3 does not give is asked for again, and nobody else is asked", async () => {
  const { message } = await amazon("2");
  for (const status of [403, 404, 500, 503]) {
    const bucket = s3({ "s3.eu-central-1.amazonaws.com/acme-mail/k": status });
    const said = await failure(ApiError, async () => {
      await fromSes(reaching(await message({ Message: stored("k") }), bucket));
    });
    equal([said.status, said.message], [503, `S3 does not give the mail: ${status}`]);
  }
  const none = s3({});
  const odd = [["k", "evil.example/x"], ["k", "A"], ["k", "acme-mail@evil.example"], ["", "acme-mail"]];
  for (const [key, bucket] of [...odd, ["../other/k", "acme-mail"], ["a/./k", "acme-mail"]]) {
    const given = reaching(await message({ Message: stored(key, bucket) }), none);
    await failure(BodyError, async () => await fromSes(given));
  }
  equal(none.asked, []);
});

Deno.test("a key for S3 that is missing or no key is a setting", async () => {
  const { message } = await amazon("2");
  for (const key of [undefined, "id", "id secret"]) {
    const one = reaching(await message({ Message: stored("k") }), s3({}));
    const secret = (name: string) => name === "HELPDESK_EMAIL_SES_KEY" ? key : TOPIC;
    await failure(SetupError, async () => await fromSes({ ...one, secret }));
  }
});

Deno.test("Amazon's verdict", async () => {
  const { message } = await amazon("2");
  const verdict = async (status: string, dmarcPolicy?: string) => {
    const mail = await fromSes(await message({ Message: notice({ dmarcVerdict: { status }, dmarcPolicy }, RAW) }));
    return mail instanceof Response || Array.isArray(mail) ? null : mail.verdict?.result;
  };
  const passed = async (...from: string[]) => {
    const mail = await fromSes(await message({ Message: notice({ dmarcVerdict: { status: "PASS" } }, RAW, from) }));
    return mail instanceof Response || Array.isArray(mail)
      ? null
      : [mail.verdict?.result, mail.verdict?.domain ?? "nobody"].join(" ");
  };
  // Of one author, whose domain the database compares with that of the mail.
  equal(await passed('"agent@acme.example" <x@Evil.example>'), "pass evil.example");
  for (const from of [[], ["a@a.example, b@b.example"], ["a@a.example", "b@b.example"], ["x"]]) {
    equal(await passed(...from), "none nobody", from.join());
  }
  equal(
    [await verdict("PASS"), await verdict("FAIL", "REJECT"), await verdict("FAIL", "none"), await verdict("GRAY")],
    ["pass", "fail", "none", "none"],
  );
});

Deno.test("a subscription confirms itself at Amazon alone", async () => {
  const { message, asked } = await amazon("2");
  const values = { Type: "SubscriptionConfirmation", Message: "x", Token: "t" };
  const good = await fromSes(
    await message({ ...values, SubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription" }),
  );
  equal([good instanceof Response, asked.at(-1)], [
    true,
    "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription",
  ]);
  for (
    const url of [
      "https://evil.example/",
      "http://sns.eu-central-1.amazonaws.com/",
      "https://sns.eu-central-1.amazonaws.com.evil.example/",
      "https://sns.eu-central-1.amazonaws.com@evil.example/",
    ]
  ) {
    await failure(SignatureError, async () => await fromSes(await message({ ...values, SubscribeURL: url })));
  }
});

Deno.test("what is forged, old, of another topic or without a mail", async () => {
  const { message } = await amazon("2");
  const good = { Message: notice({}, RAW) };
  for (
    const [values, changes] of [
      [good, { Message: notice({}, "From: evil@b.example\r\n\r\nx") }],
      [good, { Signature: "AAAA" }],
      [good, { SignatureVersion: "1" }],
      [good, { SignatureVersion: "3" }],
      [good, { SigningCertURL: "https://evil.example/x.pem" }],
      [good, { SigningCertURL: "https://sns.eu-central-1.amazonaws.com/x.pem" }],
      [good, { SigningCertURL: "https://sns.eu-central-1.amazonaws.com:8443/x.pem" }],
      [good, { SigningCertURL: "https://sns.eu-central-1.amazonaws.com/x.txt" }],
      [{ ...good, TopicArn: "arn:aws:sns:eu-central-1:2:mail" }, {}],
      [{ ...good, Timestamp: "2020-01-01T00:00:00Z" }, {}],
      [{ ...good, Timestamp: "never" }, {}],
    ] as [Record<string, string>, Record<string, string>][]
  ) {
    await failure(SignatureError, async () => await fromSes(await message(values, changes)));
  }
  const foreign = await amazon("2", "evil.example");
  await failure(SignatureError, async () => await fromSes(await foreign.message(good)));
  await failure(BodyError, async () => await fromSes(await message({ Message: notice({}, null) })));
  equal(await fromSes(await message({ Message: '{"notificationType":"Bounce"}' })), []);
});
