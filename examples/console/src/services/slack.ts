import type { NewSlackChannel, SlackChannel, SlackSecrets, SlackWorkspace } from "../lib/slack.ts";
import { call, client } from "./supabase.ts";

export async function listWorkspaces(): Promise<SlackWorkspace[]> {
  return await call(client().from("slack_connections").select().order("created_at").limit(100));
}

/** Connect a workspace, or replace the secrets of one. */
export async function connectWorkspace({ workspace_name, ...given }: SlackSecrets): Promise<void> {
  await call(client().rpc("connect_slack", { ...given, workspace_name: workspace_name || undefined }));
}

export async function switchWorkspace(id: string, is_active: boolean): Promise<void> {
  const query = client().from("slack_connections").update({ is_active }).eq("connection_id", id);
  await call(query.select("connection_id"));
}

export async function disconnectWorkspace(id: string): Promise<void> {
  await call(client().from("slack_connections").delete().eq("connection_id", id).select("connection_id"));
}

/** The channels of all workspaces, the oldest first. */
export async function listSlackChannels(): Promise<SlackChannel[]> {
  return await call(client().from("slack_channels").select().order("created_at").limit(200)) as SlackChannel[];
}

export async function addSlackChannel({ team_id, ...given }: NewSlackChannel): Promise<void> {
  await call(client().rpc("add_slack_channel", { ...given, team_id: team_id ?? undefined }));
}

export async function switchSlackChannel(id: string, is_active: boolean): Promise<void> {
  const query = client().from("slack_channels").update({ is_active }).eq("slack_channel_id", id);
  await call(query.select("slack_channel_id"));
}

export async function removeSlackChannel(id: string): Promise<void> {
  await call(client().from("slack_channels").delete().eq("slack_channel_id", id).select("slack_channel_id"));
}

/** Write a message to the channel. */
export async function testSlackChannel(id: string): Promise<void> {
  await call(client().rpc("test_slack_channel", { slack_channel_id: id }));
}
