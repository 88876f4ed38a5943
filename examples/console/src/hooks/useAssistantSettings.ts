import { useQuery } from "@tanstack/react-query";
import type { AssistantSettings, RunKind, Threshold } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import * as settings from "../services/assistantSettings.ts";
import { newId } from "../lib/ids.ts";
import { tryPrompt } from "../services/assistant.ts";
import { useAction } from "./useAction.ts";

/** The assistant's settings: staff read them, admins change them. */
export function useAssistantSettings() {
  return useQuery({ queryKey: keys.assistantSettings(), queryFn: settings.readAssistantSettings });
}

/** All versions of the assistant's instructions. */
export function usePrompts() {
  return useQuery({ queryKey: [...keys.assistantSettings(), "prompts"], queryFn: settings.listPrompts });
}

/** From which share of alike tickets the assistant suggests, and applies, a label. */
export function useThresholds() {
  return useQuery({ queryKey: [...keys.assistantSettings(), "thresholds"], queryFn: settings.listThresholds });
}

/** What the assistant was asked since a day, and what became of it. */
export function useAssistantReport(days: number, by: string[]) {
  return useQuery({
    queryKey: [...keys.assistantSettings(), "report", days, by],
    queryFn: () => settings.assistantReport(new Date(Date.now() - days * 86_400_000).toISOString(), by),
    staleTime: 60_000,
  });
}

/** What admins decide about the assistant. */
export function useAssistantActions() {
  const changes = [keys.assistantSettings()];
  return {
    change: useAction((given: Partial<AssistantSettings>) => settings.changeAssistantSettings(given), changes),
    createPrompt: useAction(
      ({ task, body, note }: { task: string; body: string; note: string }) => settings.createPrompt(task, body, note),
      changes,
    ),
    activatePrompt: useAction((id: string) => settings.activatePrompt(id), changes),
    changeThreshold: useAction(
      ({ kind, ...given }: { kind: string } & Partial<Threshold>) => settings.changeThreshold(kind, given),
      changes,
    ),
  };
}

/** Try a version of the instructions on a ticket, without a proposal. */
export function usePromptTrial() {
  return useAction(({ promptId, kind, ticketId }: { promptId: string; kind: RunKind; ticketId: string }) =>
    tryPrompt(promptId, kind, ticketId, newId())
  );
}
