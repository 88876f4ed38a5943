/** What providers' webhooks say of mails that were sent: which mail, and what became of it. */

import { type Api } from "../_helpdesk/api.ts";
import { type Report, rows, text } from "./adapters.ts";

type Fields = Record<string, unknown>;
type Outcome = Report["outcome"];

const AT_ONCE = 10;
/** Codes of RFC 3463 for a mailbox that does not exist, as in `bounce_outcome()`. Others of 5.1 blame the sender. */
const NO_MAILBOX = /^5\.1\.(1|2|3|6|10)$/;
/** Such a code in front of what a server said. */
const CODE = /^\W*(?:[245]\d\d[ -])?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)/;

/** Reports of Postmark that tell of answers and lists, not of a failure. */
const POSTMARK_NONE = [
  "AutoResponder",
  "ChallengeVerification",
  "AddressChange",
  "Subscribe",
  "Unsubscribe",
  "OpenRelayTest",
];
const POSTMARK: Readonly<Record<string, Outcome>> = {
  HardBounce: "bounced",
  BadEmailAddress: "bounced",
  SpamComplaint: "complained",
  Transient: "delayed",
};

export function postmarkReports(body: Fields): Report[] {
  return report([body.MessageID], postmarkOutcome(body), [text(body.Type), body.Details ?? body.Description]);
}

function postmarkOutcome({ RecordType, Type, Inactive }: Fields): Outcome | null {
  if (RecordType === "Delivery") return "delivered";
  if (RecordType === "SpamComplaint") return "complained";
  const kind = text(Type) ?? "";
  if (RecordType !== "Bounce" || POSTMARK_NONE.includes(kind)) return null;
  if (Object.hasOwn(POSTMARK, kind)) return POSTMARK[kind]!;
  // The bounce has deactivated the address: nothing is sent there any more.
  return Inactive === true ? "bounced" : "soft_bounced";
}

const RESEND: Readonly<Record<string, Outcome>> = {
  "email.delivered": "delivered",
  "email.delivery_delayed": "delayed",
  "email.complained": "complained",
  "email.failed": "soft_bounced",
  "email.suppressed": "bounced",
};

export function resendReports(type: unknown, data: Fields): Report[] {
  const [bounce = {}] = rows([data.bounce ?? data.failed ?? data.suppressed]);
  const hard: Outcome = bounce.type === "Permanent" ? "bounced" : "soft_bounced";
  const kind = String(type);
  const outcome = kind === "email.bounced" ? hard : Object.hasOwn(RESEND, kind) ? RESEND[kind]! : null;
  // The second is the Message-ID of the mail.
  return report([data.email_id, data.message_id], outcome, [
    bounce.type,
    bounce.subType,
    bounce.message ?? bounce.reason,
  ]);
}

export function mailgunReports(event: Fields): Report[] {
  const [message = {}] = rows([event.message]);
  const [headers = {}] = rows([message.headers]);
  const [status = {}] = rows([event["delivery-status"]]);
  return report([headers["message-id"]], mailgunOutcome(event, status), [
    text(status["enhanced-code"]) ?? status.code,
    status.message,
    status.description,
    event.reason,
  ]);
}

function mailgunOutcome({ event, severity, reason }: Fields, status: Fields): Outcome | null {
  if (event === "delivered" || event === "complained") return event;
  if (event !== "failed") return null;
  if (severity === "temporary") return "delayed";
  if (reason === "suppress-complaint") return "complained";
  if (reason === "suppress-bounce") return "bounced";
  // Of many servers' answers the code stands in the message alone.
  const code = text(status["enhanced-code"]) ?? CODE.exec(text(status.message) ?? "")?.[1] ?? null;
  // The reason `bounce` alone may be a relay that is denied; of what Mailgun stops itself, the next report says so.
  const noMailbox = code === null ? reason === "bounce" && status["bounce-type"] === "hard" : NO_MAILBOX.test(code);
  return noMailbox ? "bounced" : "soft_bounced";
}

export function sendgridReports(events: unknown): Report[] {
  return rows(events).flatMap((event) => {
    const reason = String(event.reason ?? "");
    const dropped: Outcome = /spam report/i.test(reason)
      ? "complained"
      : /bounced|^invalid$/i.test(reason)
      ? "bounced"
      : "soft_bounced";
    const outcomes: Record<string, Outcome> = {
      delivered: "delivered",
      deferred: "delayed",
      // Only after a bounce of the type `bounce` nothing is sent to the address any more.
      bounce: event.type === "blocked" || event.type === "expired" ? "soft_bounced" : "bounced",
      dropped,
      spamreport: "complained",
    };
    const kind = String(event.event);
    // It begins with the X-Message-ID that the API answered; the rest names a server and a recipient.
    const id = text(event.sg_message_id) ?? "";
    const own = /^(.+?)\.(?:filter|recvd)/.exec(id)?.[1] ?? id.split(".")[0];
    const outcome = Object.hasOwn(outcomes, kind) ? outcomes[kind]! : null;
    return report([event["smtp-id"], own], outcome, [event.status, event.reason ?? event.response]);
  });
}

export function sesReports(notice: Fields): Report[] {
  const [mail = {}] = rows([notice.mail]);
  const [common = {}] = rows([mail.commonHeaders]);
  const [bounce = {}] = rows([notice.bounce]);
  const [complaint = {}] = rows([notice.complaint]);
  const [delay = {}] = rows([notice.deliveryDelay]);
  const [reject = {}] = rows([notice.reject]);
  const [recipient = {}] = rows(bounce.bouncedRecipients ?? delay.delayedRecipients);
  const outcomes: Record<string, Outcome | null> = {
    Delivery: "delivered",
    DeliveryDelay: "delayed",
    Bounce: bounce.bounceType === "Permanent" ? "bounced" : "soft_bounced",
    // Somebody took it out of the folder for spam.
    Complaint: complaint.complaintFeedbackType === "not-spam" ? null : "complained",
    // It was accepted, and then found to hold a virus.
    Reject: "soft_bounced",
  };
  // With a configuration set, the same stands in `eventType`.
  const kind = String(notice.notificationType ?? notice.eventType);
  const outcome = Object.hasOwn(outcomes, kind) ? outcomes[kind]! : null;
  const said = recipient.diagnosticCode ?? complaint.complaintFeedbackType ?? reject.reason;
  return report([mail.messageId, stamped(mail), common.messageId], outcome, [
    recipient.status,
    said ?? bounce.bounceSubType ?? delay.delayType,
  ]);
}

/** The Message-ID that Amazon gave the mail, as `sesId()` of `deliver` has it: all that is known of one over SMTP. */
function stamped({ messageId, sourceArn }: Fields): string | null {
  const region = /^arn:[a-z-]+:ses:([a-z0-9-]+):/.exec(String(sourceArn))?.[1];
  if (text(messageId) === null || region === undefined) return null;
  return `${messageId}@${region === "us-east-1" ? "email" : region}.amazonses.com`;
}

function report(ids: unknown[], outcome: Outcome | null, detail: unknown[]): Report[] {
  const named = ids.map(text).filter((id) => id !== null).map(plain).filter((id) => id !== "" && id.length <= 998);
  if (outcome === null || named.length === 0) return [];
  const said = detail.filter((one) => (typeof one === "string" && one !== "") || typeof one === "number").map(String);
  return [{ ids: named, outcome, detail: plain(said.join(" ")).slice(0, 1000) }];
}

/** Without what PostgreSQL does not keep. */
function plain(value: string): string {
  // deno-lint-ignore no-control-regex
  return value.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").trim().toWellFormed();
}

/** Hand reports in. Each counts once, and what is about no mail of ours changes nothing. @throws ApiError */
export async function handIn(api: Api, reports: Report[]): Promise<{ reports: number; known: number }> {
  let known = 0;
  const one = async ({ ids, outcome, detail }: Report) => {
    for (const mail_id of ids) {
      if (await api.rpc<boolean>(api.system, "report_delivery", { mail_id, outcome, detail })) {
        known++;
        return;
      }
    }
  };
  for (let at = 0; at < reports.length; at += AT_ONCE) await Promise.all(reports.slice(at, at + AT_ONCE).map(one));
  return { reports: reports.length, known };
}
