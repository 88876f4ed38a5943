import { describe, expect, it } from "vitest";
import de from "../messages/de/admin.json" with { type: "json" };
import en from "../messages/en/admin.json" with { type: "json" };
import type { OutboxCounts, OutboxHealth } from "./deliveries.ts";
import { type Finding, mailFindings, outboxFindings, slackFindings, troublesIn } from "./health.ts";
import type { MailHealth } from "./mail.ts";
import type { SlackChannel, SlackWorkspace } from "./slack.ts";

const NOTHING: OutboxCounts = { waiting: 0, oldest_seconds: null, held: 0, dead: 0, failed: 0, unknown: 0 };
function outbox(given: Partial<Record<"webhook" | "email" | "slack", Partial<OutboxCounts>>>, more = {}): OutboxHealth {
  const kinds = (["webhook", "email", "slack"] as const).map((kind) => [kind, { ...NOTHING, ...given[kind] }] as const);
  const sum = (name: "waiting" | "held" | "dead" | "failed" | "unknown") =>
    kinds.reduce((total, [, counts]) => total + counts[name], 0);
  const oldest = Math.max(...kinds.map(([, counts]) => counts.oldest_seconds ?? -1));
  return {
    waiting: sum("waiting"),
    oldest_seconds: oldest < 0 ? null : oldest,
    held: sum("held"),
    dead: sum("dead"),
    failed: sum("failed"),
    unknown: sum("unknown"),
    last_settled_at: null,
    webhooks_disabled: 0,
    webhooks_failing: 0,
    by_kind: Object.fromEntries(kinds) as OutboxHealth["by_kind"],
    ...more,
  };
}
const NO_MAIL: MailHealth = {
  channels: [],
  mailboxes: [],
  unparsed: 0,
  oldest_unparsed_at: null,
  quarantined: 0,
  over_limit: 0,
  oldest_quarantined_at: null,
  failed: 0,
  suppressed: 0,
};
const NOW = Date.parse("2026-11-29T12:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const find = (findings: Finding[], check: Finding["check"]) => findings.find((one) => one.check === check);

describe("the outbox", () => {
  it("is fine when what waits is young", () => {
    const found = outboxFindings(outbox({ webhook: { waiting: 3, oldest_seconds: 20 } }));
    expect(found.map(({ state }) => state)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("says whether nothing sends, or mails alone wait", () => {
    const late = { waiting: 2, oldest_seconds: 900 };
    expect(find(outboxFindings(outbox({ email: late, slack: { waiting: 1 } })), "outbox")).toMatchObject({
      state: "problem",
      values: { what: "mail", count: 2, minutes: 15 },
      page: "outbox",
    });
    expect(find(outboxFindings(outbox({ email: late, webhook: late })), "outbox")?.values).toMatchObject({
      what: "all",
      count: 4,
    });
  });

  it("says what ended badly, and how many of them are mails", () => {
    const found = outboxFindings(outbox({ email: { dead: 1, failed: 2, unknown: 1 }, webhook: { dead: 4 } }));
    expect(find(found, "dead")).toMatchObject({ state: "problem", values: { count: 5, mails: 1 } });
    expect(find(found, "refused")).toMatchObject({ state: "warning", values: { count: 2, unknown: 1, mails: 3 } });
  });

  it.each([
    [{ webhooks_disabled: 1 }, "problem"],
    [{ webhooks_failing: 1 }, "warning"],
    [{}, "ok"],
  ])("webhooks with %j: %s", (given, state) => {
    expect(find(outboxFindings(outbox({}, given)), "webhooks")?.state).toBe(state);
  });
});

describe("mail that comes in", () => {
  it("is not named by a helpdesk without any", () => expect(mailFindings(NO_MAIL, NOW)).toEqual([]));

  it.each<[Partial<MailHealth>, Finding["check"], string, Finding["page"]]>([
    [{ unparsed: 1, oldest_unparsed_at: ago(5) }, "mail", "ok", "mail"],
    [{ unparsed: 1, oldest_unparsed_at: ago(20) }, "mail", "problem", "mail"],
    [{ quarantined: 1, oldest_quarantined_at: ago(60) }, "quarantine", "ok", "quarantine"],
    [{ quarantined: 1, oldest_quarantined_at: ago(1_500) }, "quarantine", "warning", "quarantine"],
    [{ quarantined: 20, over_limit: 20, oldest_quarantined_at: ago(1) }, "quarantine", "ok", "quarantine"],
    [{ quarantined: 21, over_limit: 21, oldest_quarantined_at: ago(1) }, "quarantine", "warning", "quarantine"],
    [{ failed: 2 }, "lostMail", "problem", "mail"],
    [{ suppressed: 3 }, "suppressed", "ok", "mail"],
  ])("with %j: %s is %s", (given, check, state, page) => {
    expect(find(mailFindings({ ...NO_MAIL, ...given }, NOW), check)).toMatchObject({ state, page });
  });

  it("names the mailbox that fails, and why", () => {
    const one = { mailbox: "a@imap.example:993", folder: "INBOX", checked_at: ago(1), last_failure: null };
    const found = mailFindings({
      ...NO_MAIL,
      mailboxes: [{ ...one, folder: "Other", problem: null, failed: 0 }, {
        ...one,
        problem: "no connection",
        failed: 0,
      }],
    }, NOW);
    expect(find(found, "mailboxes")).toMatchObject({
      state: "problem",
      values: { count: 1, folder: "INBOX", problem: "no connection" },
    });
  });
});

it("Slack is named where there is a workspace; what an admin switched off is no trouble", () => {
  const workspace = { workspace_id: "T1", workspace_name: "Acme", is_active: true, disabled_reason: null };
  const channel = { channel_id: "C1", channel_name: "support", is_active: false };
  const given = (disabled_reason: string) =>
    slackFindings([workspace as SlackWorkspace], [{ ...channel, disabled_reason } as SlackChannel]);
  expect(slackFindings([], [])).toEqual([]);
  expect(given("switched_off")[0]?.state).toBe("ok");
  expect(given("not_in_channel")[0]).toMatchObject({
    state: "problem",
    values: { count: 1, name: "support", reason: "not_in_channel" },
    page: "slack",
  });
});

it("every finding has words in both languages", () => {
  const late = { waiting: 1, oldest_seconds: 900, dead: 1, failed: 1 };
  const mailbox = { mailbox: "m", folder: "f", checked_at: ago(1), last_failure: null, failed: 0 };
  const mail = { ...NO_MAIL, failed: 1, oldest_unparsed_at: ago(99), oldest_quarantined_at: ago(9_999) };
  const workspace = { workspace_id: "T1", is_active: false, disabled_reason: "x" } as SlackWorkspace;
  const found = [
    ...outboxFindings(outbox({})),
    ...outboxFindings(outbox({ webhook: late }, { webhooks_disabled: 1 })),
    ...outboxFindings(outbox({}, { webhooks_failing: 1 })),
    ...mailFindings({ ...NO_MAIL, suppressed: 1, mailboxes: [{ ...mailbox, problem: null }] }, NOW),
    ...mailFindings({ ...mail, mailboxes: [{ ...mailbox, problem: "p" }] }, NOW),
    ...slackFindings([{ ...workspace, is_active: true }], []),
    ...slackFindings([workspace], []),
  ];
  for (const { check, state } of found) {
    expect(Object.keys(en.findings)).toContain(`${check}_${state}`);
    expect(Object.keys(de.findings)).toContain(`${check}_${state}`);
    expect(Object.keys(en.checks)).toContain(check);
  }
});

it("counts what is no good, and tells problems from the rest", () => {
  expect(troublesIn(outboxFindings(outbox({})))).toEqual({ count: 0, isProblem: false });
  expect(troublesIn(outboxFindings(outbox({ email: { failed: 1 } })))).toEqual({ count: 1, isProblem: false });
  expect(troublesIn(outboxFindings(outbox({ email: { failed: 1, dead: 1 } })))).toEqual({ count: 2, isProblem: true });
});
