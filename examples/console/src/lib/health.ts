/** What the health page says: what works, what does not, and the page that mends it. */
import { LATE_SECONDS, type OutboxHealth } from "./deliveries.ts";
import { isFailing, type MailHealth } from "./mail.ts";
import type { SlackChannel, SlackWorkspace } from "./slack.ts";

export type HealthCheck =
  | "database"
  | "clock"
  | "timeouts"
  | "transactions"
  | "vectors"
  | "model"
  | "live"
  | "outbox"
  | "dead"
  | "refused"
  | "webhooks"
  | "mail"
  | "quarantine"
  | "lostMail"
  | "mailboxes"
  | "suppressed"
  | "slack";
export type Finding = {
  check: HealthCheck;
  state: "ok" | "warning" | "problem";
  values: Record<string, string | number>;
  /** Where it is mended. */
  page?: "outbox" | "webhooks" | "mail" | "slack" | "quarantine";
};

/** How many of some findings are no good, and whether one of them is a problem. */
export function troublesIn(findings: readonly Finding[]): { count: number; isProblem: boolean } {
  const bad = findings.filter(({ state }) => state !== "ok");
  return { count: bad.length, isProblem: bad.some(({ state }) => state === "problem") };
}

/** Longer waits, in seconds, are worth a look: the same as in `helpdesk doctor`. */
const UNPARSED_MAX = 900, QUARANTINE_MAX = 86_400;
/** So many mails that a limit holds back are an attack, or a limit that is too low. */
const OVER_LIMIT_MAX = 20;

/** Deliveries that wait, and those that ended badly. */
export function outboxFindings(health: OutboxHealth): Finding[] {
  const { by_kind: kinds, dead, failed, unknown, waiting, webhooks_disabled, webhooks_failing } = health;
  const late = Object.entries(kinds).filter(([, { oldest_seconds: seconds }]) => (seconds ?? 0) > LATE_SECONDS);
  const minutes = Math.floor((health.oldest_seconds ?? 0) / 60);
  // Mails alone wait where the sender has no mail server; otherwise nothing sends at all.
  const isMail = late.length === 1 && late[0]![0] === "email";
  const count = isMail ? kinds.email.waiting : waiting;
  const refused = failed + unknown;
  return [
    late.length > 0
      ? { check: "outbox", state: "problem", values: { count, minutes, what: isMail ? "mail" : "all" }, page: "outbox" }
      : { check: "outbox", state: "ok", values: { count, minutes }, page: "outbox" },
    {
      check: "dead",
      state: dead > 0 ? "problem" : "ok",
      values: { count: dead, mails: kinds.email.dead },
      page: "outbox",
    },
    {
      check: "refused",
      state: refused > 0 ? "warning" : "ok",
      values: { count: failed, unknown, mails: kinds.email.failed + kinds.email.unknown },
      page: "outbox",
    },
    {
      check: "webhooks",
      state: webhooks_disabled > 0 ? "problem" : webhooks_failing > 0 ? "warning" : "ok",
      values: { disabled: webhooks_disabled, failing: webhooks_failing },
      page: "webhooks",
    },
  ];
}

/** Mail that comes in; nothing for a helpdesk without any. */
export function mailFindings(health: MailHealth, now = Date.now()): Finding[] {
  const { channels, mailboxes, unparsed, quarantined, failed, suppressed } = health;
  const since = (at: string | null) => at === null ? 0 : Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  const unparsedFor = since(health.oldest_unparsed_at), quarantinedFor = since(health.oldest_quarantined_at);
  const hours = Math.floor(quarantinedFor / 3600);
  const active = channels.filter(({ is_active }) => is_active);
  const failing = mailboxes.filter(isFailing);
  const first = failing[0];
  if (active.length + mailboxes.length + unparsed + quarantined + failed + suppressed === 0) return [];
  return [
    {
      check: "mail",
      state: unparsedFor > UNPARSED_MAX ? "problem" : "ok",
      values: { count: unparsed, minutes: Math.floor(unparsedFor / 60), channels: active.length },
      page: "mail",
    },
    ...mailboxes.length === 0 ? [] : [
      first
        ? {
          check: "mailboxes",
          state: "problem",
          values: {
            count: failing.length,
            mailbox: first.mailbox,
            folder: first.folder,
            problem: first.problem ?? first.last_failure ?? "",
          },
          page: "mail",
        } as const
        : { check: "mailboxes", state: "ok", values: { count: mailboxes.length }, page: "mail" } as const,
    ],
    {
      check: "quarantine",
      state: quarantinedFor > QUARANTINE_MAX || health.over_limit > OVER_LIMIT_MAX ? "warning" : "ok",
      values: { count: quarantined, hours, over: health.over_limit },
      page: "quarantine",
    },
    { check: "lostMail", state: failed > 0 ? "problem" : "ok", values: { count: failed }, page: "mail" },
    { check: "suppressed", state: "ok", values: { count: suppressed }, page: "mail" },
  ];
}

/** Slack; nothing for a helpdesk without a workspace. What an admin has switched off is no trouble. */
export function slackFindings(workspaces: readonly SlackWorkspace[], channels: readonly SlackChannel[]): Finding[] {
  if (workspaces.length === 0) return [];
  const off = [
    ...workspaces.map((one) => ({ ...one, name: one.workspace_name || one.workspace_id })),
    ...channels.map((one) => ({ ...one, name: one.channel_name || one.channel_id })),
  ].filter(({ is_active, disabled_reason }) => !is_active && disabled_reason !== "switched_off");
  const [first] = off;
  return [
    first
      ? {
        check: "slack",
        state: "problem",
        values: { count: off.length, name: first.name, reason: first.disabled_reason ?? "" },
        page: "slack",
      }
      : {
        check: "slack",
        state: "ok",
        values: { count: channels.filter(({ is_active }) => is_active).length },
        page: "slack",
      },
  ];
}
