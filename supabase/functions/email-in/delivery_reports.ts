/** What providers' webhooks say of mails that were sent: which mail, and what became of it. */

import { type Api } from "../_helpdesk/api.ts";
import { type Report, rows, text } from "./adapters.ts";

type Fields = Record<string, unknown>;
type Outcome = Report["outcome"];

const AT_ONCE = 10;
/** A code of RFC 3463 that says: there is no such mailbox. */
const NO_MAILBOX = /^5\.1\./;

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
  const kind = text(body.Type) ?? "";
  const outcome: Outcome | null = body.RecordType === "Delivery"
    ? "delivered"
    : body.RecordType === "SpamComplaint"
    ? "complained"
    : body.RecordType !== "Bounce" || POSTMARK_NONE.includes(kind)
    ? null
    : Object.hasOwn(POSTMARK, kind)
    ? POSTMARK[kind]!
    : "soft_bounced";
  return report([body.MessageID], outcome, [kind, body.Details ?? body.Description]);
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
  return report([data.email_id], outcome, [bounce.type, bounce.subType, bounce.message ?? bounce.reason]);
}

export function mailgunReports(event: Fields): Report[] {
  const [message = {}] = rows([event.message]);
  const [headers = {}] = rows([message.headers]);
  const [status = {}] = rows([event["delivery-status"]]);
  const [reason, code] = [String(event.reason), text(status["enhanced-code"])];
  const noMailbox = code === null ? reason === "bounce" || reason === "suppress-bounce" : NO_MAILBOX.test(code);
  const failed: Outcome = event.severity === "temporary"
    ? "delayed"
    : reason === "suppress-complaint"
    ? "complained"
    : noMailbox || reason === "suppress-bounce"
    ? "bounced"
    : "soft_bounced";
  const kind = event.event;
  const outcome = kind === "failed" ? failed : kind === "delivered" || kind === "complained" ? kind : null;
  return report([headers["message-id"]], outcome, [
    code ?? status.code,
    status.message,
    status.description,
    event.reason,
  ]);
}

export function sendgridReports(events: unknown): Report[] {
  return rows(events).flatMap((event) => {
    const reason = String(event.reason ?? "");
    const dropped: Outcome = /spam report/i.test(reason)
      ? "complained"
      : /bounced/i.test(reason)
      ? "bounced"
      : "soft_bounced";
    const outcomes: Record<string, Outcome> = {
      delivered: "delivered",
      deferred: "delayed",
      bounce: event.type === "blocked" ? "soft_bounced" : "bounced",
      dropped,
      spamreport: "complained",
    };
    const kind = String(event.event);
    // Their id of a mail is the part before the first dot; the rest names a recipient.
    const own = text(event.sg_message_id)?.split(".")[0];
    const outcome = Object.hasOwn(outcomes, kind) ? outcomes[kind]! : null;
    return report([event["smtp-id"], own], outcome, [event.status, event.reason ?? event.response]);
  });
}

export function sesReports(notice: Fields): Report[] {
  const [mail = {}] = rows([notice.mail]);
  const [bounce = {}] = rows([notice.bounce]);
  const [complaint = {}] = rows([notice.complaint]);
  const [recipient = {}] = rows(bounce.bouncedRecipients);
  const outcomes: Record<string, Outcome> = {
    Delivery: "delivered",
    DeliveryDelay: "delayed",
    Bounce: bounce.bounceType === "Permanent" ? "bounced" : "soft_bounced",
    Complaint: "complained",
  };
  // With a configuration set, the same stands in `eventType`.
  const kind = String(notice.notificationType ?? notice.eventType);
  const outcome = Object.hasOwn(outcomes, kind) ? outcomes[kind]! : null;
  const said = recipient.diagnosticCode ?? complaint.complaintFeedbackType;
  return report([mail.messageId], outcome, [recipient.status, said ?? bounce.bounceSubType]);
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
