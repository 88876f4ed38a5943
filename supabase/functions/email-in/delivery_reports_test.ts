import { Api, ApiError } from "../_helpdesk/api.ts";
import { equal, failure } from "../_helpdesk/testing.ts";
import { fromMailgun } from "./adapter_mailgun.ts";
import { fromPostmark } from "./adapter_postmark.ts";
import { fromResend } from "./adapter_resend.ts";
import { fromSendgrid } from "./adapter_sendgrid.ts";
import { fromSes } from "./adapter_ses.ts";
import { type Adapter, BodyError, type Call, type Report } from "./adapters.ts";
import { handIn } from "./delivery_reports.ts";
import { amazon } from "./ses_testing.ts";
import { base64, hmac, SignatureError } from "./signatures.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const KEY = "a secret of thirty-two bytes, ok";
const BASIC = { authorization: `Basic ${btoa("n:p")}`, "content-type": "application/json" };
const now = () => String(Math.floor(Date.now() / 1000));

function call(body: unknown, headers: Record<string, string>, isFirstUse = true): Call {
  const secrets: Record<string, string> = {
    HELPDESK_EMAIL_POSTMARK: "n:p",
    HELPDESK_EMAIL_SENDGRID: "n:p",
    HELPDESK_EMAIL_MAILGUN: KEY,
    HELPDESK_EMAIL_RESEND: `whsec_${btoa(KEY)}`,
  };
  return {
    headers: new Headers(headers),
    body: bytes(typeof body === "string" ? body : JSON.stringify(body)),
    secret: (name) => secrets[name],
    fetch: () => Promise.reject(new Error("nothing is fetched")),
    isFirstUse: () => Promise.resolve(isFirstUse),
    now: Date.now(),
  };
}

/** What is reported, each in short. */
async function said(adapter: Adapter, one: Call): Promise<string[]> {
  const found = await adapter(one);
  if (!Array.isArray(found)) throw new Error("no reports");
  return found.map(({ ids, outcome, detail }: Report) => [outcome, ...ids, detail].join("|"));
}

Deno.test("Postmark's reports", async () => {
  const of = (body: Record<string, unknown>) => said(fromPostmark, call({ MessageID: "p1", ...body }, BASIC));
  const bounce = (Type: string) => of({ RecordType: "Bounce", Type, Details: "550 no\r\nsuch user" });
  equal(await bounce("HardBounce"), ["bounced|p1|HardBounce 550 no such user"]);
  equal(await bounce("BadEmailAddress"), ["bounced|p1|BadEmailAddress 550 no such user"]);
  equal(await bounce("SoftBounce"), ["soft_bounced|p1|SoftBounce 550 no such user"]);
  equal(await bounce("Blocked"), ["soft_bounced|p1|Blocked 550 no such user"]);
  equal(await bounce("Transient"), ["delayed|p1|Transient 550 no such user"]);
  equal(await bounce("toString"), ["soft_bounced|p1|toString 550 no such user"]);
  const inactive = { RecordType: "Bounce", Type: "ManuallyDeactivated", TypeCode: 100002, Inactive: true };
  equal(await of(inactive), ["bounced|p1|ManuallyDeactivated"]);
  // An answer of a machine is no failure.
  equal(await bounce("AutoResponder"), []);
  equal(await of({ RecordType: "Delivery", Details: "250 ok" }), ["delivered|p1|250 ok"]);
  equal(await of({ RecordType: "SpamComplaint", Type: "SpamComplaint" }), ["complained|p1|SpamComplaint"]);
  equal(await of({ RecordType: "Open" }), []);
  equal(await of({ RecordType: "Bounce", MessageID: 7 }), []);
  await failure(SignatureError, async () => await fromPostmark(call({ RecordType: "Bounce" }, {})));
});

Deno.test("SendGrid's reports: many in one request, by our id or theirs", async () => {
  const events = [
    { event: "bounce", "smtp-id": "<m.1@desk.example>", sg_message_id: "s1.filter1.2", status: "5.1.1", reason: "no" },
    { event: "bounce", type: "blocked", sg_message_id: "s2.filter1.2", status: "5.7.1", reason: "no" },
    { event: "deferred", sg_message_id: "s3", response: "450 later" },
    { event: "dropped", sg_message_id: "s4", reason: "Bounced Address" },
    { event: "dropped", sg_message_id: "s5", reason: "Spam Reporting Address" },
    { event: "dropped", sg_message_id: "s6", reason: "Invalid SMTPAPI header" },
    { event: "spamreport", sg_message_id: "s7" },
    { event: "delivered", sg_message_id: "s8", response: "250 ok" },
    { event: "open", sg_message_id: "s9" },
    { event: "delivered" },
    // What comes back days later names no mail.
    { event: "bounce", type: "bounce", sg_message_id: "", status: "5.1.10", reason: "550 5.1.10 no" },
    { event: "bounce", type: "expired", sg_message_id: "s10.recvd-57c-x-1", reason: "too late" },
    { event: "bounce", type: "bounce", sg_message_id: "s1.dfd.64.filter0001.16648.5515E0B88.0", status: "5.0.0" },
    { event: "dropped", sg_message_id: "s12", reason: "Invalid" },
    "none",
  ];
  equal(await said(fromSendgrid, call(events, BASIC)), [
    "bounced|<m.1@desk.example>|s1|5.1.1 no",
    "soft_bounced|s2|5.7.1 no",
    "delayed|s3|450 later",
    "bounced|s4|Bounced Address",
    "complained|s5|Spam Reporting Address",
    "soft_bounced|s6|Invalid SMTPAPI header",
    "complained|s7|",
    "delivered|s8|250 ok",
    "soft_bounced|s10|too late",
    "bounced|s1.dfd.64|5.0.0",
    "bounced|s12|Invalid",
  ]);
  await failure(BodyError, async () => await fromSendgrid(call("[{", BASIC)));
  await failure(SignatureError, async () => await fromSendgrid(call([], { "content-type": "application/json" })));
});

Deno.test("Mailgun's reports: signed as its mails are, and each token is good for one", async () => {
  const of = async (event: Record<string, unknown>, changes: Record<string, string> = {}, isFirstUse = true) => {
    const [timestamp, token] = [now(), crypto.randomUUID()];
    const digest = await hmac(bytes(KEY), bytes(timestamp + token));
    const signature = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const body = {
      signature: { timestamp, token, signature, ...changes },
      "event-data": { message: { headers: { "message-id": "m.1@desk.example" } }, ...event },
    };
    return await said(fromMailgun, call(body, { "content-type": "application/json; charset=utf-8" }, isFirstUse));
  };
  const failed = (more: Record<string, unknown>) => of({ event: "failed", severity: "permanent", ...more });
  const status = (code: string) => ({ "delivery-status": { code: 550, "enhanced-code": code, message: "no" } });
  equal(await failed({ reason: "bounce", ...status("5.1.1") }), ["bounced|m.1@desk.example|5.1.1 no bounce"]);
  equal(await failed({ reason: "bounce", ...status("5.7.1") }), ["soft_bounced|m.1@desk.example|5.7.1 no bounce"]);
  equal(await failed({ reason: "bounce", ...status("5.1.8") }), ["soft_bounced|m.1@desk.example|5.1.8 no bounce"]);
  equal(await failed({ reason: "bounce" }), ["soft_bounced|m.1@desk.example|bounce"]);
  const answered = (message: string, more: Record<string, unknown> = {}) =>
    failed({ reason: "bounce", "delivery-status": { code: 550, message, ...more } });
  equal(await answered("5.1.1 no"), ["bounced|m.1@desk.example|550 5.1.1 no bounce"]);
  equal(await answered("550 5.7.1 no"), ["soft_bounced|m.1@desk.example|550 550 5.7.1 no bounce"]);
  equal(await answered("Relay Not Permitted"), ["soft_bounced|m.1@desk.example|550 Relay Not Permitted bounce"]);
  equal(await answered("no user", { "bounce-type": "hard" }), ["bounced|m.1@desk.example|550 no user bounce"]);
  equal(await failed({ reason: "suppress-bounce" }), ["bounced|m.1@desk.example|suppress-bounce"]);
  equal(await failed({ reason: "suppress-complaint" }), ["complained|m.1@desk.example|suppress-complaint"]);
  equal(await failed({ reason: "generic" }), ["soft_bounced|m.1@desk.example|generic"]);
  equal(await failed({ severity: "temporary", reason: "generic" }), ["delayed|m.1@desk.example|generic"]);
  equal(await of({ event: "delivered" }), ["delivered|m.1@desk.example|"]);
  equal(await of({ event: "complained" }), ["complained|m.1@desk.example|"]);
  equal(await of({ event: "opened" }), []);
  equal(await of({ event: "delivered", message: null }), []);
  for (const changes of [{ token: "other" }, { timestamp: "1" }, { signature: "" }] as Record<string, string>[]) {
    await failure(SignatureError, () => of({ event: "delivered" }, changes));
  }
  await failure(SignatureError, () => of({ event: "delivered" }, {}, false));
  const large = call(" ".repeat(1_000_001), { "content-type": "application/json" });
  await failure(BodyError, async () => await fromMailgun(large));
});

Deno.test("Resend's reports", async () => {
  const of = async (type: string, data: Record<string, unknown>) => {
    const body = JSON.stringify({ type, data: { email_id: "r1", ...data } });
    const time = now();
    const signature = base64(await hmac(bytes(KEY), bytes(`msg_1.${time}.${body}`)));
    return await said(
      fromResend,
      call(body, { "svix-id": "msg_1", "svix-timestamp": time, "svix-signature": `v1,${signature}` }),
    );
  };
  const bounce = (type: string) => of("email.bounced", { bounce: { type, subType: "General", message: "no" } });
  equal(await bounce("Permanent"), ["bounced|r1|Permanent General no"]);
  equal(await bounce("Transient"), ["soft_bounced|r1|Transient General no"]);
  equal(await of("email.failed", { failed: { reason: "quota" } }), ["soft_bounced|r1|quota"]);
  equal(await of("email.delivered", {}), ["delivered|r1|"]);
  equal(await of("email.delivery_delayed", {}), ["delayed|r1|"]);
  equal(await of("email.complained", {}), ["complained|r1|"]);
  equal(await of("email.opened", {}), []);
  equal(await of("constructor", {}), []);
  const suppressed = { message: "It is on the list", type: "OnAccountSuppressionList" };
  equal(await of("email.suppressed", { message_id: "<r1@eu-west-1.amazonses.com>", suppressed }), [
    "bounced|r1|<r1@eu-west-1.amazonses.com>|OnAccountSuppressionList It is on the list",
  ]);
});

Deno.test("Amazon's reports, by a topic of SES or of a configuration set", async () => {
  const { message } = await amazon("2");
  const of = async (notice: Record<string, unknown>) =>
    await said(
      fromSes,
      await message({ Message: JSON.stringify({ mail: { messageId: "0102-x" }, ...notice }) }),
    );
  const bounce = (bounceType: string) => ({
    bounceType,
    bouncedRecipients: [{ emailAddress: "c@d.example", status: "5.1.1", diagnosticCode: "smtp; 550 no" }],
  });
  equal(await of({ notificationType: "Bounce", bounce: bounce("Permanent") }), ["bounced|0102-x|5.1.1 smtp; 550 no"]);
  equal(await of({ eventType: "Bounce", bounce: bounce("Transient") }), ["soft_bounced|0102-x|5.1.1 smtp; 550 no"]);
  equal(await of({ notificationType: "Complaint", complaint: { complaintFeedbackType: "abuse" } }), [
    "complained|0102-x|abuse",
  ]);
  equal(await of({ notificationType: "Delivery" }), ["delivered|0102-x|"]);
  const complaint = { complaintFeedbackType: "not-spam" };
  equal(await of({ notificationType: "Complaint", complaint }), []);
  const deliveryDelay = {
    delayType: "MailboxFull",
    delayedRecipients: [{ status: "4.2.2", diagnosticCode: "smtp; 452" }],
  };
  equal(await of({ eventType: "DeliveryDelay", deliveryDelay }), ["delayed|0102-x|4.2.2 smtp; 452"]);
  equal(await of({ eventType: "DeliveryDelay", deliveryDelay: { delayType: "General" } }), ["delayed|0102-x|General"]);
  equal(await of({ eventType: "Reject", reject: { reason: "Bad content" } }), ["soft_bounced|0102-x|Bad content"]);
  // By each name that the mail has: Amazon's, the Message-ID that it stamped, ours.
  const mail = { messageId: "0102-x", commonHeaders: { messageId: "<m.1@desk.example>" } };
  const sentFrom = async (region: string) =>
    await of({ eventType: "Delivery", mail: { ...mail, sourceArn: `arn:aws:ses:${region}:1:identity/desk.example` } });
  equal(await sentFrom("eu-west-1"), ["delivered|0102-x|0102-x@eu-west-1.amazonses.com|<m.1@desk.example>|"]);
  equal(await sentFrom("us-east-1"), ["delivered|0102-x|0102-x@email.amazonses.com|<m.1@desk.example>|"]);
  equal(await of({ eventType: "Open" }), []);
  const greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
  equal(await said(fromSes, await message({ Message: greeting })), []);
  await failure(BodyError, async () => await fromSes(await message({ Message: "no JSON" })));
});

Deno.test("each report is handed in by the first id that is known; what is about no mail of ours changes nothing", async () => {
  const asked: unknown[] = [];
  let status = 200;
  const send = ((_: string, init: RequestInit) => {
    const { mail_id, outcome, detail } = JSON.parse(String(init.body));
    asked.push([mail_id, outcome, detail]);
    return Promise.resolve(Response.json(mail_id === "ours", { status }));
  }) as typeof fetch;
  const api = new Api({ url: "http://host", secretKey: "k", publicKey: "p" }, send);
  const one = (...ids: string[]): Report => ({ ids, outcome: "delivered", detail: "d" });
  equal(await handIn(api, [one("ours", "theirs"), one("other", "ours"), one("unknown")]), { reports: 3, known: 2 });
  equal(asked.length, 4);
  equal(await handIn(api, []), { reports: 0, known: 0 });
  status = 500;
  await failure(ApiError, async () => await handIn(api, [one("ours")]));
});
