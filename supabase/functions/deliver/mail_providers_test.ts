import { equal, failure } from "../_helpdesk/testing.ts";
import { MailgunTransport, SesTransport } from "./mail_bytes_providers.ts";
import type { HttpOptions } from "./mail_http.ts";
import { PostmarkTransport, ResendTransport, SendgridTransport } from "./mail_json_providers.ts";
import type { Transport } from "./mail_result.ts";
import { FILE, ID, mail } from "./mail_testing.ts";

const MAKE: Record<string, (options: HttpOptions) => Transport> = {
  postmark: (options) => new PostmarkTransport("key", "outbound", options),
  resend: (options) => new ResendTransport("key", options),
  sendgrid: (options) => new SendgridTransport("key", "https://api.sendgrid.com", options),
  mailgun: (options) => new MailgunTransport("key", "mg.acme.example", "https://api.mailgun.net", options),
  ses: (options) => new SesTransport("id", "secret", "eu-central-1", "set", options),
};
const HEADERS = {
  "Message-ID": ID,
  "In-Reply-To": "<q1@customer.example>",
  References: `${ID} <q1@customer.example>`,
  "Auto-Submitted": "auto-replied",
  "X-Auto-Response-Suppress": "All",
  "X-Helpdesk-Installation": "i1",
};
const NAMED = {
  ...{ from: '"Änna (Acme)" <support@acme.example>', to: '"Carla" <carla@customer.example>' },
  reply: '"Acme" <reply+t@acme.example>',
};

/** Send a mail through a provider that answers this; what came of it, and what it received. */
async function sent(name: string, answer: () => Response | Promise<Response>) {
  let request: Request | null = null;
  let begun = 0;
  const fetchIt = ((url: string, init: RequestInit) => {
    equal([begun, init.redirect], [1, "manual"]);
    request = new Request(url, init);
    return Promise.resolve().then(answer);
  }) as typeof fetch;
  const result = await MAKE[name]!({ fetchIt }).send(mail({}, [FILE]), () => Promise.resolve(void begun++));
  return { result, request: request! as Request };
}

Deno.test("postmark receives the fields, and keeps our id", async () => {
  const { result, request } = await sent("postmark", () => Response.json({ MessageID: "p1" }));
  equal([request.url, request.headers.get("x-postmark-server-token")], ["https://api.postmarkapp.com/email", "key"]);
  equal(await request.json(), {
    ...{ From: NAMED.from, To: NAMED.to, Subject: "Re: Grüße", TextBody: "Hello\n.\n", MessageStream: "outbound" },
    ...{ TrackOpens: false, TrackLinks: "None" },
    Headers: Object.entries({ "X-PM-KeepID": "true", ...HEADERS }).map(([Name, Value]) => ({ Name, Value })),
    Attachments: [{ Name: FILE.name, ContentType: FILE.type, Content: btoa("pdf") }],
    ...{ HtmlBody: "<p>Hello</p>", ReplyTo: NAMED.reply },
  });
  equal([result.outcome, result.providerId, result.stampedId], ["done", "p1", undefined]);
});

Deno.test("resend receives the fields, and a key that sends a mail once", async () => {
  const { result, request } = await sent("resend", () => Response.json({ id: "r1" }));
  equal(request.headers.get("authorization"), "Bearer key");
  equal(request.headers.get("idempotency-key"), ID.slice(1, -1));
  equal(await request.json(), {
    ...{ from: NAMED.from, to: [NAMED.to], subject: "Re: Grüße", text: "Hello\n.\n", headers: HEADERS },
    attachments: [{ filename: FILE.name, content_type: FILE.type, content: btoa("pdf") }],
    ...{ html: "<p>Hello</p>", reply_to: NAMED.reply },
  });
  equal([result.outcome, result.providerId], ["done", "r1"]);
});

Deno.test("sendgrid receives the fields", async () => {
  const { result, request } = await sent(
    "sendgrid",
    () => new Response(null, { status: 202, headers: { "x-message-id": "s1" } }),
  );
  equal(request.url, "https://api.sendgrid.com/v3/mail/send");
  equal(await request.json(), {
    personalizations: [{ to: [{ email: "carla@customer.example", name: "Carla" }] }],
    from: { email: "support@acme.example", name: "Änna (Acme)" },
    subject: "Re: Grüße",
    content: [{ type: "text/plain", value: "Hello\n.\n" }, { type: "text/html", value: "<p>Hello</p>" }],
    headers: HEADERS,
    tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } },
    reply_to: { email: "reply+t@acme.example", name: "Acme" },
    attachments: [{ filename: FILE.name, type: FILE.type, content: btoa("pdf"), disposition: "attachment" }],
  });
  equal([result.outcome, result.status, result.providerId], ["done", 202, "s1"]);
});

Deno.test("mailgun receives the bytes, and its id is the mail's when it is another", async () => {
  const { result, request } = await sent("mailgun", () => Response.json({ id: "<other@mg.acme.example>" }));
  equal(request.url, "https://api.mailgun.net/v3/mg.acme.example/messages.mime");
  equal(request.headers.get("authorization"), `Basic ${btoa("api:key")}`);
  const form = await request.formData();
  equal([form.getAll("to"), form.get("o:tracking")], [["carla@customer.example"], "no"]);
  const raw = await (form.get("message") as File).text();
  equal([raw.includes(`Message-ID: ${ID}\r\n`), raw.includes(btoa("pdf"))], [true, true]);
  equal([result.outcome, result.stampedId], ["done", "<other@mg.acme.example>"]);
  equal((await sent("mailgun", () => Response.json({ id: ID }))).result.stampedId, null);
});

Deno.test("ses receives the bytes, signed, and its region makes the id", async () => {
  const { result, request } = await sent("ses", () => Response.json({ MessageId: "0100-x" }));
  equal(request.url, "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails");
  const { Destination, Content, ConfigurationSetName } = await request.json();
  equal([Destination, ConfigurationSetName], [
    { ToAddresses: ["carla@customer.example"], CcAddresses: [] },
    "set",
  ]);
  equal(atob(Content.Raw.Data).includes(`Message-ID: ${ID}\r\n`), true);
  const scope =
    /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/ses\/aws4_request, SignedHeaders=content-type;host;/;
  equal(scope.test(request.headers.get("authorization")!), true);
  equal([result.stampedId, result.providerId], ["<0100-x@eu-central-1.amazonses.com>", "0100-x"]);
});

Deno.test("what a provider answers decides", async () => {
  const broken = () => Promise.reject(new TypeError("error sending request: connection closed"));
  const unreachable = () => Promise.reject(new TypeError("error sending request: client error (Connect): refused"));
  const json = (status: number, body: unknown = {}) => () => Response.json(body, { status });
  const cases: [string, () => Response | Promise<Response>, string][] = [
    ["postmark", json(422, { ErrorCode: 300 }), "refused"],
    ["postmark", json(422, { ErrorCode: 10 }), "retry"],
    ["postmark", json(401), "retry"],
    ["postmark", json(500), "retry"],
    ["postmark", json(502), "unknown"],
    ["postmark", () => new Response(null, { status: 302, headers: { location: "https://x.example" } }), "retry"],
    ["postmark", broken, "unknown"],
    ["postmark", unreachable, "retry"],
    ["resend", json(400, { name: "invalid_api_key" }), "retry"],
    ["resend", json(422), "refused"],
    ["resend", json(504), "retry"],
    ["resend", broken, "retry"],
    ["sendgrid", json(413), "refused"],
    ["mailgun", json(400), "refused"],
    ["ses", () => new Response("{}", { status: 400, headers: { "x-amzn-errortype": "MessageRejected:x" } }), "refused"],
    [
      "ses",
      () => new Response("", { status: 400, headers: { "x-amzn-errortype": "LimitExceededException:x" } }),
      "retry",
    ],
  ];
  for (const [name, answer, outcome] of cases) {
    equal([name, `${answer}`, (await sent(name, answer)).result.outcome], [name, `${answer}`, outcome]);
  }
  const busy = () => new Response("", { status: 429, headers: { "retry-after": "30" } });
  equal((await sent("postmark", busy)).result.retryAfter, 30);
});

Deno.test("nothing is sent when it may not begin", async () => {
  for (const make of Object.values(MAKE)) {
    const fetchIt = () => Promise.reject(new Error("sent"));
    await failure(RangeError, () => make({ fetchIt }).send(mail(), () => Promise.reject(new RangeError())));
  }
});
