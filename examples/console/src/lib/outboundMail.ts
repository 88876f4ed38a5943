/** Mails that the helpdesk sent or is about to send: one for each recipient. */
import type { Database } from "./database.types.ts";

type Tables = Database["helpdesk"]["Tables"];

export type OutboundMail = Omit<Tables["outbound_emails"]["Row"], "state" | "kind"> & {
  kind: "reply" | "acknowledgement" | "notification" | "test";
  state: "queued" | "sent" | "failed" | "unknown" | "cancelled" | "suppressed";
};
/** An address to which nothing is sent. */
export type Suppression = Omit<Tables["email_suppressions"]["Row"], "reason"> & {
  reason: "bounce" | "complaint" | "manual";
};

export type MailFate = OutboundMail["state"] | "delivered" | "bounced" | "complained";

/** What became of a mail: the newest that is known, and a report about it before what its server said. */
export function fateOf(mail: Pick<OutboundMail, "state" | "delivered_at" | "bounced_at" | "complained_at">): MailFate {
  if (mail.complained_at) return "complained";
  if (mail.bounced_at) return "bounced";
  if (mail.delivered_at) return "delivered";
  return mail.state;
}

/** Whether its recipient did not receive it, or perhaps not. */
export function isTrouble(fate: MailFate): boolean {
  return ["failed", "unknown", "suppressed", "bounced", "complained"].includes(fate);
}

/** The mails of each message. */
export function mailsByMessage(mails: readonly OutboundMail[]): Map<string, OutboundMail[]> {
  const found = new Map<string, OutboundMail[]>();
  for (const mail of mails) {
    if (mail.kind === "reply" && mail.message_id) {
      found.set(mail.message_id, [...found.get(mail.message_id) ?? [], mail]);
    }
  }
  return found;
}

/** Mails that wait are looked at again; not for ever: their server may be away for days. */
const WATCHED = 10 * 60_000;

export function isOnItsWay(mails: readonly OutboundMail[], now = Date.now()): boolean {
  return mails.some(({ state, created_at }) => state === "queued" && now - Date.parse(created_at) < WATCHED);
}
