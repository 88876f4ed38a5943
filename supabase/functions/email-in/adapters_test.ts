import { equal, failure } from "../_helpdesk/testing.ts";
import { fromPostmark } from "./adapter_postmark.ts";
import { fromResend } from "./adapter_resend.ts";
import { fromSendgrid } from "./adapter_sendgrid.ts";
import { type Adapter, BodyError, type Call, SetupError } from "./adapters.ts";
import { readForm, textIn } from "./form.ts";
import { parseMail } from "./mail_parser.ts";
import type { Incoming } from "./receiving.ts";
import { base64, hmac, SignatureError } from "./signatures.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const RAW = "From: Carla <carla@customer.example>\r\nSubject: x\r\n\r\nbody\r\n";

function call(
  body: string | Uint8Array,
  headers: Record<string, string>,
  secrets: Record<string, string>,
  send = fetch,
): Call {
  return {
    headers: new Headers(headers),
    body: typeof body === "string" ? bytes(body) : body,
    secret: (name) => secrets[name],
    fetch: send,
    isFirstUse: () => Promise.resolve(true),
    now: Date.now(),
  };
}

async function mail(adapter: Adapter, one: Call): Promise<Incoming> {
  const made = await adapter(one);
  if (made instanceof Response || Array.isArray(made)) throw new Error("no mail");
  return made;
}

Deno.test("without a secret nothing is taken", async () => {
  for (const adapter of [fromPostmark, fromSendgrid, fromResend] as Adapter[]) {
    await failure(SetupError, async () => await adapter(call("{}", {}, {})));
  }
});

Deno.test("Postmark without the raw mail: its fields, in which no name is an address", async () => {
  const body = JSON.stringify({
    FromFull: { Name: 'Eve", a@good.example', Email: "eve@bad.example" },
    ToFull: [{ Name: "", Email: "support@desk.example" }],
    Subject: "One\r\nBcc: x@evil.example",
    Headers: [{ Name: "Message-ID", Value: "<a@b>" }, { Name: "Content-Type", Value: "text/plain" }, {
      Name: "X: y\r\nz",
      Value: "1",
    }],
    TextBody: "The text.",
    HtmlBody: "<p>The text.</p>",
    Attachments: [{ Name: 'a".txt', ContentType: "text/plain\r\nx: y", Content: btoa("file"), ContentID: "c@d" }],
  });
  const headers = { authorization: `Basic ${btoa("n:p")}` };
  const { raw, envelope } = await mail(fromPostmark, call(body, headers, { HELPDESK_EMAIL_POSTMARK: "n:p" }));
  const read = (await parseMail(raw)).mail;
  equal(read.from, [{ name: 'Eve", a@good.example', address: "eve@bad.example" }]);
  equal([read.message_id, read.subject, read.text, envelope.to], ["a@b", "One Bcc: x@evil.example", "The text.", [
    "support@desk.example",
  ]]);
  equal(read.attachments.map(({ name, type, size }) => [name, type, size]), [['a".txt', "text/plain", 4]]);
});

Deno.test("SendGrid's form keeps the bytes of each charset", async () => {
  const form = (fields: [string, Uint8Array][]) => {
    const parts = fields.flatMap((
      [name, value],
    ) => [bytes(`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`), value, bytes("\r\n")]);
    return new Blob([...parts, bytes("--b--\r\n")] as BlobPart[]).bytes();
  };
  const headers = { authorization: `Basic ${btoa("n:p")}`, "content-type": "multipart/form-data; boundary=b" };
  const secrets = { HELPDESK_EMAIL_SENDGRID: "n:p" };
  const latin = Uint8Array.from([...bytes("K"), 0xf6, ...bytes("ln, a text that is long enough")]);
  const raw = Uint8Array.from([...bytes("From: a@b.example\r\n\r\n"), 0xf6, 13, 10]);
  const envelope = bytes('{"to":["support@desk.example"],"from":"a@b.example"}');
  const whole = await mail(fromSendgrid, call(await form([["email", raw], ["envelope", envelope]]), headers, secrets));
  equal([[...whole.raw], whole.envelope], [[...raw], { from: "a@b.example", to: ["support@desk.example"] }]);
  const parsed = await mail(
    fromSendgrid,
    call(
      await form([
        ["headers", bytes("From: A <a@b.example>\nSubject: x\nContent-Type: text/plain; charset=iso-8859-1")],
        ["text", latin],
        ["from", bytes("A <a@b.example>")],
        ["dkim", bytes("{@b.example : pass}")],
        ["charsets", bytes('{"text":"iso-8859-1"}')],
        ["attachment1", bytes("file")],
        ["attachment-info", bytes('{"attachment1":{"filename":"ä.txt","type":"text/plain"}}')],
      ]),
      headers,
      secrets,
    ),
  );
  const read = (await parseMail(parsed.raw, [], parsed.verdict)).mail;
  equal([read.text, read.attachments[0]?.name, read.verdict.result], [
    "Köln, a text that is long enough",
    "ä.txt",
    "pass",
  ]);
  const foreign = await form([["headers", bytes("From: a@b.example")], ["from", bytes("a@b.example")], [
    "dkim",
    bytes("{@evil.example : pass}"),
  ]]);
  equal((await mail(fromSendgrid, call(foreign, headers, secrets))).verdict, undefined);
  await failure(BodyError, async () => await fromSendgrid(call("", headers, secrets)));
});

Deno.test("SendGrid's decoded author is no other author: the verdict names the domain that was signed", async () => {
  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const raw = "From: =?utf-8?q?a=40evil.example_=28?= <carla@customer.example>\r\nSubject: x\r\n\r\nbody\r\n";
  const body = part("email", raw) + part("from", "a@evil.example ( <carla@customer.example>") +
    part("dkim", "{@evil.example : pass}") + "--b--\r\n";
  const headers = { authorization: `Basic ${btoa("n:p")}`, "content-type": "multipart/form-data; boundary=b" };
  const one = await mail(fromSendgrid, call(body, headers, { HELPDESK_EMAIL_SENDGRID: "n:p" }));
  const read = (await parseMail(one.raw, [], one.verdict)).mail;
  equal(read.from.map(({ address }) => address), ["carla@customer.example"]);
  equal([one.verdict?.result, one.verdict?.domain], ["pass", "evil.example"]);
});

Deno.test("a form of many parts without names costs little", () => {
  const type = "multipart/form-data; boundary=b";
  const begun = performance.now();
  const parts = "--b\r\nx\r\n".repeat(1_000_000);
  equal(readForm(bytes(`${parts}\r\n\r\n--b--`), type).size, 0);
  equal(readForm(bytes(`${"--b\r\n\r\n\r\n".repeat(1_000_000)}--b--`), type).size, 0);
  // Without bounds, minutes: anybody may send such a form, as Mailgun's signature is a field of it.
  equal(performance.now() - begun < 60_000, true);
});

Deno.test("SendGrid's signature", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const key = base64(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
  const body = bytes(`--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n${RAW}\r\n--b--`);
  const time = String(Math.floor(Date.now() / 1000));
  const number = (part: Uint8Array) => {
    const whole = part[0]! > 127 ? [0, ...part] : [...part];
    while (whole.length > 1 && whole[0] === 0 && whole[1]! < 128) whole.shift();
    return [2, whole.length, ...whole];
  };
  const sign = async (content: Uint8Array) => {
    const made = new Uint8Array(
      await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, content as Uint8Array<ArrayBuffer>),
    );
    const numbers = [...number(made.subarray(0, 32)), ...number(made.subarray(32))];
    return base64(Uint8Array.from([0x30, numbers.length, ...numbers]));
  };
  const signature = await sign(Uint8Array.from([...bytes(time), ...body]));
  const given = (changes: Record<string, string> = {}) =>
    call(body, {
      "content-type": "multipart/form-data; boundary=b",
      "x-twilio-email-event-webhook-signature": signature,
      "x-twilio-email-event-webhook-timestamp": time,
      ...changes,
    }, { HELPDESK_EMAIL_SENDGRID: key });
  equal(new TextDecoder().decode((await mail(fromSendgrid, given())).raw), RAW);
  const second = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const other = base64(new Uint8Array(await crypto.subtle.exportKey("spki", second.publicKey)));
  const under = (keys: string) => ({
    ...given(),
    secret: (name: string) => name === "HELPDESK_EMAIL_SENDGRID" ? keys : undefined,
  });
  // The Event Webhook has a key of its own beside that of Inbound Parse.
  equal(new TextDecoder().decode((await mail(fromSendgrid, under(`${other} ${key}`))).raw), RAW);
  await failure(SignatureError, async () => await fromSendgrid(under(other)));
  for (
    const changes of [
      { "x-twilio-email-event-webhook-timestamp": String(Number(time) - 1) },
      { "x-twilio-email-event-webhook-timestamp": String(Number(time) - 1000) },
      { "x-twilio-email-event-webhook-signature": "AAAA" },
      { "x-twilio-email-event-webhook-signature": await sign(body) },
    ] as Record<string, string>[]
  ) {
    await failure(SignatureError, async () => await fromSendgrid(given(changes)));
  }
});

Deno.test("Resend: the mail is fetched, with the key for its API alone", async () => {
  const secret = `whsec_${btoa("a secret of thirty-two bytes, ok")}`;
  const asked: [string, string | null][] = [];
  const answers: Record<string, unknown> = {
    "https://api.resend.com/emails/receiving/e1": {
      to: ["support@desk.example"],
      raw: { download_url: "https://files.resend.example/e1?signed" },
    },
    "https://api.resend.com/emails/receiving/e2": {
      from: "A <a@b.example>",
      to: ["support@desk.example"],
      subject: "x",
      text: "The text.",
      message_id: "<m@b>",
      headers: {},
    },
    "https://files.resend.example/e1?signed": RAW,
  };
  const send = ((url: string, init: RequestInit) => {
    asked.push([url, new Headers(init.headers).get("authorization")]);
    const found = answers[url];
    return Promise.resolve(
      found === undefined
        ? new Response("", { status: 404 })
        : new Response(typeof found === "string" ? found : JSON.stringify(found)),
    );
  }) as typeof fetch;
  const event = async (id: string, type = "email.received") => {
    const body = JSON.stringify({ type, data: { email_id: id } });
    const time = String(Math.floor(Date.now() / 1000));
    const signature = base64(await hmac(bytes("a secret of thirty-two bytes, ok"), bytes(`msg_1.${time}.${body}`)));
    const headers = { "svix-id": "msg_1", "svix-timestamp": time, "svix-signature": `v1,${signature}` };
    return call(body, headers, { HELPDESK_EMAIL_RESEND: secret, RESEND_API_KEY: "re_key" }, send);
  };
  const { raw, envelope } = await mail(fromResend, await event("e1"));
  equal([new TextDecoder().decode(raw), envelope.to], [RAW, ["support@desk.example"]]);
  equal(asked, [["https://api.resend.com/emails/receiving/e1", "Bearer re_key"], [
    "https://files.resend.example/e1?signed",
    null,
  ]]);
  const parsed = (await parseMail((await mail(fromResend, await event("e2"))).raw)).mail;
  equal([parsed.from[0]?.address, parsed.message_id, parsed.text], ["a@b.example", "m@b", "The text."]);
  // What Resend does not have now is asked for again.
  equal((await failure(Error, async () => await fromResend(await event("e3")))).name, "ApiError");
  equal(await fromResend(await event("e1", "email.sent")), []);
});

Deno.test("forms as bytes", () => {
  const form = readForm(bytes("a=1+2%20%C3%BC&b=%FC&a=3&c"), "application/x-www-form-urlencoded");
  equal([textIn(form, "a"), textIn(form, "b", "iso-8859-1"), textIn(form, "c")], ["1 2 ü", "ü", null]);
  equal(
    readForm(bytes('--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n'), "multipart/form-data; boundary=b").size,
    0,
  );
  equal(readForm(bytes("garbage"), "multipart/form-data; boundary=b").size, 0);
  equal(readForm(bytes("--b".repeat(100_000)), "multipart/form-data; boundary=b").size, 0);
});
