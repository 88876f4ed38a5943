/** Classification of one ticket, or of what waits. */

import type { Assistant, Run } from "../_helpdesk/assistant.ts";
import { bodyOf, json, refusal } from "../_helpdesk/http.ts";
import { noteRun } from "../_helpdesk/request_log.ts";

/** The platform ends a request after 150 seconds, and one run may take 60. */
const DRAIN_MS = 80_000;
const RUNS_MAX = 50;

export async function triage(assistant: Assistant, request: Request): Promise<Response> {
  try {
    const { ticket_id, run_id } = await bodyOf(request, ["ticket_id", "run_id"]);
    const caller = assistant.api.callerOf(request);
    if (ticket_id === undefined) {
      // Nobody may read it who is not signed in: the refusal is the answer, before anything is carried out.
      await assistant.api.rows(caller, "ai_runs?select=run_id&limit=1");
      return json({ runs: await assistant.runs(await drain(assistant), caller) });
    }
    const args = { ticket_id, kind: "classification", ...(run_id === undefined ? {} : { run_id }) };
    const run = await assistant.api.rpc<Run>(caller, "request_run", args);
    noteRun(run.run_id);
    return json({ runs: [await assistant.finish(run, caller)] });
  } catch (error) {
    return refusal(error);
  }
}

/** Carry out what waits, one run after another. */
async function drain(assistant: Assistant): Promise<string[]> {
  const end = performance.now() + DRAIN_MS;
  const done: string[] = [];
  while (done.length < RUNS_MAX && performance.now() < end) {
    const [lease] = await assistant.lease({ max_rows: 1 });
    if (!lease) break;
    await assistant.work(lease);
    done.push(lease.run_id);
  }
  return done;
}
