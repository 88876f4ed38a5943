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

/** Whether the form may be sent: ids and secrets as Slack writes them. The database decides. */
export function canConnect({ workspace_id, bot_user_id, bot_token, signing_secret }: SlackSecrets): boolean {
  return /^[TE][A-Z0-9]+$/.test(workspace_id) && /^[UWB][A-Z0-9]+$/.test(bot_user_id) &&
    bot_token.startsWith("xoxb-") && signing_secret.length >= 16;
}
