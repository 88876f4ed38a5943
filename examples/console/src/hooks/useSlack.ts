import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import * as slack from "../services/slack.ts";
import { useAction } from "./useAction.ts";

/** The Slack workspaces that the helpdesk is connected to. */
export function useSlackWorkspaces() {
  return useQuery({ queryKey: ["slack", "workspaces"], queryFn: slack.listWorkspaces, staleTime: 0 });
}

/** The Slack channels that receive tickets. */
export function useSlackChannels() {
  return useQuery({ queryKey: ["slack", "channels"], queryFn: slack.listSlackChannels, staleTime: 0 });
}

type Switch = { id: string; isOn: boolean };

/** What an admin does about Slack. */
export function useSlackActions() {
  const changes = [["slack"]];
  return {
    connect: useAction(slack.connectWorkspace, changes),
    switchWorkspace: useAction(({ id, isOn }: Switch) => slack.switchWorkspace(id, isOn), changes),
    disconnect: useAction((id: string) => slack.disconnectWorkspace(id), changes),
    addChannel: useAction(slack.addSlackChannel, changes),
    switchChannel: useAction(({ id, isOn }: Switch) => slack.switchSlackChannel(id, isOn), changes),
    removeChannel: useAction((id: string) => slack.removeSlackChannel(id), changes),
    test: useAction((id: string) => slack.testSlackChannel(id), [keys.deliveries()]),
  };
}
