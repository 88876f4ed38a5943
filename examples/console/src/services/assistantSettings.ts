import type { AssistantFigures, AssistantSettings, Prompt, Threshold } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

export async function readAssistantSettings(): Promise<AssistantSettings> {
  return await call(client().from("ai_settings").select().single());
}

export async function changeAssistantSettings(changes: Partial<AssistantSettings>): Promise<AssistantSettings> {
  return await call(client().from("ai_settings").update(changes).eq("singleton", true).select().single());
}

/** All versions of the instructions, the newest first. */
export async function listPrompts(): Promise<Prompt[]> {
  return await call(
    client().from("ai_prompts").select().order("task").order("version", { ascending: false }).limit(200),
  );
}

export async function createPrompt(task: string, body: string, note: string): Promise<Prompt> {
  return await call(client().rpc("create_prompt", { task, body, note }));
}

export async function activatePrompt(id: string): Promise<Prompt> {
  return await call(client().rpc("activate_prompt", { prompt_id: id }));
}

export async function listThresholds(): Promise<Threshold[]> {
  return await call(client().from("ai_thresholds").select().order("kind"));
}

export async function changeThreshold(kind: string, changes: Partial<Threshold>): Promise<void> {
  await call(client().from("ai_thresholds").update(changes).eq("kind", kind).select("kind"));
}

/** What the assistant was asked and what became of it, by kind and prompt version. */
export async function assistantReport(since: string, by: string[]): Promise<AssistantFigures[]> {
  return await call(client().rpc("assistant_report", { since, by })) as AssistantFigures[];
}
