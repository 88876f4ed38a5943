import { expect, it } from "vitest";
import sql from "../../../../supabase/migrations/20261129000600_helpdesk_slack.sql?raw";
import { isWrongSecret, SLACK_EVENTS, type SlackField } from "./slack.ts";

it("offers the events of the database", () => {
  expect(sql).toContain(`events <@ '{${SLACK_EVENTS.join(",")}}'`);
});

it.each<[SlackField, string, boolean]>([
  ["workspace_id", "T0123456789", false],
  ["workspace_id", "acme", true],
  ["workspace_name", "", false],
  ["bot_user_id", "U0123456789", false],
  ["bot_user_id", "", true],
  ["bot_token", "xoxb-1-2-abc", false],
  ["bot_token", "xoxp-1", true],
  ["signing_secret", "0123456789abcdef", false],
  ["signing_secret", "short", true],
])("%s %j is wrong: %s", (field, value, wanted) => expect(isWrongSecret(field, value)).toBe(wanted));
