/** Slack workspaces, and the channels that receive tickets. */
import type { Database } from "./database.types.ts";

type Tables = Database["helpdesk"]["Tables"];

export const SLACK_EVENTS = ["opened", "reopened", "replied"] as const;
export type SlackEvent = typeof SLACK_EVENTS[number];
export type SlackWorkspace = Tables["slack_connections"]["Row"];
export type SlackChannel = Omit<Tables["slack_channels"]["Row"], "events"> & { events: SlackEvent[] };
/** What connects a workspace. The two secrets cannot be read again. */
export type SlackSecrets = {
  workspace_id: string;
  workspace_name: string;
  bot_user_id: string;
  bot_token: string;
  signing_secret: string;
};
export type NewSlackChannel = Pick<
  SlackChannel,
  "connection_id" | "channel_id" | "channel_name" | "team_id" | "events"
>;

export const SLACK_FIELDS = ["workspace_id", "workspace_name", "bot_user_id", "bot_token", "signing_secret"] as const;
export type SlackField = typeof SLACK_FIELDS[number];

/** Ids and secrets as Slack writes them; the name is anybody's choice. The database decides. */
const FORMS: Record<SlackField, RegExp> = {
  workspace_id: /^[TE][A-Z0-9]+$/,
  workspace_name: /^/,
  bot_user_id: /^[UWB][A-Z0-9]+$/,
  bot_token: /^xoxb-/,
  signing_secret: /^.{16}/,
};

/** Whether Slack never writes such a value. */
export function isWrongSecret(field: SlackField, value: string): boolean {
  return !FORMS[field].test(value);
}
