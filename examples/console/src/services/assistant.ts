import { HelpdeskError } from "../lib/errors.ts";
import { EventStreamReader } from "../lib/eventStream.ts";
import type { Label, Proposal, Run, RunKind } from "../lib/models.ts";
import { call, client, connection, credentials } from "./supabase.ts";

export type Question = { ticketId: string; kind: Exclude<RunKind, "classification">; wish?: string; runId: string };
/** What the assistant answered; `problem` says why there was no model where the run itself does not. */
export type Suggestion = { run: Run; proposal: Proposal | null; problem?: string };

/**
 * Ask the assistant. `onText` receives the draft as it is written, all of it each time; it is a preview, and the proposal
 * is what counts. Without the edge function, passages of articles are the answer.
 */
export async function suggest(
  question: Question,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Suggestion> {
  const { ticketId: ticket_id, kind, wish, runId: run_id } = question;
  const response = await post("suggest-reply", { ticket_id, kind, wish, run_id }, "text/event-stream", signal);
  if (response === null) return await suggestWithoutModel(question);
  let text = "", result: Suggestion | null = null, problem: HelpdeskError | null = null;
  const reader = new EventStreamReader((event, data) => {
    if (event === "text") onText(text += (data as { text: string }).text);
    else if (event === "discard") onText(text = "");
    else if (event === "result") result = data as Suggestion;
    else if (event === "error") problem = errorOf(data, 500);
  });
  const pieces = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) reader.add(piece.value);
  if (problem) throw problem;
  if (!result) throw new HelpdeskError({ message: "The connection to the assistant was lost." });
  return result;
}

/** What a version of the instructions would answer about a ticket. A test: it leaves no proposal, and costs its tokens. */
export async function tryPrompt(promptId: string, kind: RunKind, ticketId: string, runId: string): Promise<Run> {
  const given = { ticket_id: ticketId, kind, prompt_id: promptId, is_test: true, run_id: runId };
  const response = await post("suggest-reply", given, "application/json");
  if (response === null) throw new HelpdeskError({ message: "", details: "helpdesk.no_function", status: 404 });
  return ((await response.json()) as Suggestion).run;
}

/** Passages of articles, without a model and without functions. */
async function suggestWithoutModel({ ticketId, kind }: Question): Promise<Suggestion> {
  const found = await call(client().rpc("suggest_without_model", { ticket_id: ticketId, kind }));
  return found as unknown as Suggestion;
}

/** Have a ticket classified: what is proposed arrives as proposals. A run that is queued waits for a worker. */
export async function requestTriage(ticketId: string, runId: string): Promise<Run> {
  const response = await post("triage-ticket", { ticket_id: ticketId, run_id: runId }, "application/json");
  if (response) return ((await response.json()) as { runs: [Run] }).runs[0];
  const given = { ticket_id: ticketId, kind: "classification", run_id: runId };
  return await call(client().rpc("request_run", given)) as Run;
}

/** Which labels tickets like this one were given, with the numbers of the nearest. Changes nothing. */
export async function classify(ticketId: string): Promise<Label[]> {
  const { labels } = await call(client().rpc("classify_ticket", { ticket_id: ticketId })) as unknown as {
    labels: Label[];
  };
  return labels;
}

/** Whether the assistant leaves this ticket alone. */
export async function isExcluded(ticketId: string): Promise<boolean> {
  const query = client().from("ai_exclusions").select("target_id").eq("scope", "ticket").eq("target_id", ticketId);
  return (await call(query)).length > 0;
}

/** Have the assistant leave a ticket alone, or work for it again. */
export async function exclude(ticketId: string, isExcluded: boolean): Promise<void> {
  const table = client().from("ai_exclusions");
  const row = { scope: "ticket", target_id: ticketId };
  const query = isExcluded ? table.upsert(row, { ignoreDuplicates: true }) : table.delete().match(row);
  await call(query.select("target_id"));
}

/** What the assistant was asked about a ticket, the newest first. */
export async function listRuns(ticketId: string): Promise<Run[]> {
  const query = client().from("ai_runs").select().eq("ticket_id", ticketId).eq("is_test", false);
  return await call(query.order("created_at", { ascending: false }).limit(20)) as Run[];
}

/** The answer of a function; null where it is not deployed. */
async function post(name: string, body: unknown, accept: string, signal?: AbortSignal): Promise<Response | null> {
  const { url } = connection();
  const headers = { ...await credentials(), Accept: accept, "Content-Type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(body), signal };
  const response = await fetch(`${url}/functions/v1/${name}`, request).catch((thrown) => {
    if (signal?.aborted) throw thrown;
    throw new HelpdeskError({ message: String(thrown) });
  });
  if (response.ok) return response;
  const problem = errorOf(await response.json().catch(() => ({})), response.status);
  if (response.status === 404 && problem.reason === null) return null;
  throw problem;
}

function errorOf(body: unknown, status: number): HelpdeskError {
  const { message, details, hint, code } = body as Partial<Record<"message" | "details" | "hint" | "code", string>>;
  return new HelpdeskError({ message: message ?? "", details: details ?? "", hint: hint ?? "", code, status });
}
