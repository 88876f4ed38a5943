/** Mails that arrived: what became of each, and the evidence, in words for people. */
import type { Database } from "./database.types.ts";

type Tables = Database["helpdesk"]["Tables"];

export type MailVerdict = "pass" | "fail" | "none";
/** A ticket that a mail names, and why that does not count, if it does not. */
export type MailHit = { ticket_id: string; via: string; refused: string | null };
export type MailEvidence = {
  hits?: MailHit[];
  verdict?: { result?: string; source?: string; detail?: string } | null;
  envelope?: { from?: string; to?: string[] };
  sender?: string | null;
  reply_to?: string[];
  quarantined_for?: string;
  /** Too many tickets of unknown senders within an hour. */
  opened?: { count?: number; permitted?: number };
};
export type InboundMail = Omit<Tables["inbound_emails"]["Row"], "verdict" | "evidence"> & {
  verdict: MailVerdict | null;
  evidence: MailEvidence;
};
/** A mail on a ticket's page, which shows the text of its message. */
export type TicketMail = Omit<InboundMail, "body">;

/** What a reader should know, worst first; other flags are for programs. */
export const SHOWN_FLAGS = [
  "staff_not_verified",
  "sender_not_verified",
  "not_who_we_wrote_to",
  "suspicious_name",
  "subject_changed",
  "reply_to_differs",
  "forwarded_by_staff",
  "sent_outside",
  "original_sender",
  "web_form",
  "automatic_reply",
  "loop",
  "odd_date",
  "shortened",
  "encoding_repaired",
  "too_many_parts",
  "unreadable",
  "encrypted",
] as const;
export type MailFlag = typeof SHOWN_FLAGS[number];
const WARNINGS: readonly MailFlag[] = SHOWN_FLAGS.slice(0, 6);

/** The flags that pages show, each once; `isWarning`: think before you answer. */
export function flagsOf({ flags }: Pick<InboundMail, "flags">): { flag: MailFlag; isWarning: boolean }[] {
  return SHOWN_FLAGS.filter((flag) => flags.includes(flag)).map((flag) => ({
    flag,
    isWarning: WARNINGS.includes(flag),
  }));
}

/** The mail of each message and note; of a ticket's description as `<ticket>-description`. */
export function mailsByEntry<Mail extends TicketMail>(mails: readonly Mail[]): Map<string, Mail> {
  const found = new Map<string, Mail>();
  for (const mail of mails) {
    const id = mail.post_id ?? mail.note_id ??
      (mail.outcome === "created" && mail.ticket_id ? `${mail.ticket_id}-description` : null);
    if (id !== null && !found.has(id)) found.set(id, mail);
  }
  return found;
}

/**
 * A text and the quoted part at its end; `from` counts characters as the database does. Null when nothing would be left
 * to read before it.
 */
export function splitQuoted(text: string, from: number | null): { shown: string; quoted: string } | null {
  if (from === null || from <= 0) return null;
  const characters = [...text];
  const shown = characters.slice(0, from).join(""), quoted = characters.slice(from).join("");
  return shown.trim() === "" || quoted.trim() === "" ? null : { shown, quoted };
}

/** What explains a mail, as codes: each has words in every language. */
export type Explained = {
  outcome: string;
  /** Why; of a mail that somebody decided on, why it had waited. */
  reason: string | null;
  isDecided: boolean;
  /** Why the ticket that it names does not count, where the reason does not say so. */
  refused: string | null;
};

/** The codes behind the sentence of explain_email(). */
export function explainedBy({ outcome, reason, note_id, evidence }: TicketMail): Explained {
  const isDecided = evidence.quarantined_for !== undefined;
  const code = evidence.quarantined_for ?? (outcome === "failed" ? null : reason);
  return {
    outcome: outcome === null ? "waiting" : outcome === "appended" && note_id !== null ? "noted" : outcome,
    reason: code,
    isDecided,
    refused: code === "names_mail_of_others" ? null : evidence.hits?.[0]?.refused ?? null,
  };
}

/** Who wrote a mail, as it says itself. */
export function senderOf({ from_name, from_address }: Pick<TicketMail, "from_name" | "from_address">): string | null {
  return from_name && from_address ? `${from_name} <${from_address}>` : from_address ?? from_name;
}

export type EvidenceKey =
  | "from"
  | "sender"
  | "replyTo"
  | "recipients"
  | "envelopeTo"
  | "envelopeFrom"
  | "sentAt"
  | "receivedAt"
  | "messageId"
  | "source"
  | "check";
/** A line of the table of evidence. Values are the mail's own words: nobody has checked them. */
export type EvidenceRow = { key: EvidenceKey; value: string; isTime?: boolean };

/** The evidence of a mail as lines; what is not there is left out. */
export function evidenceRows(mail: TicketMail): EvidenceRow[] {
  const { evidence } = mail;
  const { envelope, verdict } = evidence;
  const check = [verdict?.source, verdict?.result, verdict?.detail].filter(Boolean).join(" · ");
  const rows: [EvidenceKey, string | null | undefined][] = [
    ["from", senderOf(mail)],
    ["sender", evidence.sender],
    ["replyTo", evidence.reply_to?.join(", ")],
    ["recipients", mail.recipients.join(", ")],
    ["envelopeFrom", envelope?.from],
    ["envelopeTo", envelope?.to?.join(", ")],
    ["sentAt", mail.sent_at],
    ["receivedAt", mail.received_at],
    ["messageId", mail.message_id],
    ["source", mail.source],
    ["check", check],
  ];
  return rows.flatMap(([key, value]) =>
    value ? [{ key, value, ...(key === "sentAt" || key === "receivedAt" ? { isTime: true } : {}) }] : []
  );
}

/** The tickets that a mail names or belongs to. */
export function ticketIdsOf(mails: readonly TicketMail[]): string[] {
  const ids = mails.flatMap(({ ticket_id, evidence }) => [
    ...ticket_id ? [ticket_id] : [],
    ...(evidence.hits ?? []).map((hit) => hit.ticket_id),
  ]);
  return [...new Set(ids)];
}
