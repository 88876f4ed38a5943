import { expect, it } from "vitest";
import sql from "../../../../supabase/migrations/20261129000600_helpdesk_slack.sql?raw";
import { canConnect, SLACK_EVENTS } from "./slack.ts";

it("offers the events of the database", () => {
  expect(sql).toContain(`events <@ '{${SLACK_EVENTS.join(",")}}'`);
});

const given = {
  workspace_id: "T0123456789",
  workspace_name: "",
  bot_user_id: "U0123456789",
  bot_token: "xoxb-1-2-abc",
  signing_secret: "0123456789abcdef",
};

it.each([
  [given, true],
  [{ ...given, workspace_id: "acme" }, false],
  [{ ...given, bot_user_id: "" }, false],
  [{ ...given, bot_token: "xoxp-1" }, false],
  [{ ...given, signing_secret: "short" }, false],
])("%j may be sent: %s", (values, wanted) => expect(canConnect(values)).toBe(wanted));
