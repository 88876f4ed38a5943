/** What came of sending a mail, and what a transport is. `helpdesk_sdk/delivery/mail/results.py` is the same. */

import { type Mail, oneLine } from "./mail_payload.ts";

export interface MailResult {
  /** `unknown`: the mail may have been accepted; a second try may double it. */
  outcome: "done" | "retry" | "refused" | "unknown";
  problem?: string;
  status?: number | null;
  /** What the server wrote. */
  answer?: string;
  /** The Message-ID that the mail has, when the server replaced ours. */
  stampedId?: string | null;
  /** The provider's own name for the mail. */
  providerId?: string | null;
  /** Seconds that the server asks to wait. */
  retryAfter?: number | null;
}

export interface Transport {
  /**
   * Send a mail; what the server says is a result. `begins` is called just before the mail is handed over: when it
   * throws, nothing is sent. @throws InvalidMailError the mail cannot be written
   */
  send(mail: Mail, begins: () => Promise<void>): Promise<MailResult>;
}

/** How an attempt ended, as `settle_delivery()` wants it. */
export interface MailAttempt {
  outcome: MailResult["outcome"];
  status: number | null;
  answer: string | null;
  problem: string | null;
  milliseconds: number;
  retry_after_seconds: number | null;
  /** What the database is to know: the ids that the server gave the mail. */
  result: Record<string, string>;
}

const TEXT_MAX = 1_000;

export function attemptOf(found: MailResult, milliseconds: number): MailAttempt {
  const { outcome, status = null, stampedId, providerId, retryAfter = null } = found;
  return {
    ...{ outcome, status, milliseconds },
    answer: oneLine(found.answer ?? "").slice(0, TEXT_MAX) || null,
    problem: oneLine(found.problem ?? "").slice(0, TEXT_MAX) || null,
    retry_after_seconds: retryAfter,
    result: {
      ...(stampedId ? { stamped_id: stampedId } : {}),
      ...(providerId ? { provider_id: providerId } : {}),
    },
  };
}
