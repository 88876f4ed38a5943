/** The request of a suggestion, from its body to the proposal. */

import type { Caller } from "../_helpdesk/api.ts";
import type { Assistant, Run } from "../_helpdesk/assistant.ts";
import { DraftText } from "../_helpdesk/draft_text.ts";
import { bodyOf, eventStream, invalid, json, refusal } from "../_helpdesk/http.ts";
import { PrincipalError } from "../_helpdesk/principal.ts";
import { noteRun, warn } from "../_helpdesk/request_log.ts";
import type { OnContent } from "../_helpdesk/run.ts";

const ARGUMENTS = ["ticket_id", "kind", "wish", "run_id", "prompt_id", "is_test"];
const KINDS = ["reply", "summary", "next_steps", "article"];

interface Result {
  run: Run;
  proposal: unknown;
  /** Why the assistant had to do without a model, where the run itself cannot say it. */
  problem?: string;
}

export async function suggest(assistant: Assistant, request: Request): Promise<Response> {
  try {
    const args: Record<string, unknown> = { kind: "reply", ...await bodyOf(request, ARGUMENTS) };
    if (args.ticket_id === undefined) throw invalid("ticket_id is missing");
    if (!KINDS.includes(args.kind as string)) throw invalid(`kind must be one of: ${KINDS.join(", ")}`);
    const caller = assistant.api.callerOf(request);
    const run = await assistant.api.rpc<Run>(caller, "request_run", args);
    noteRun(run.run_id);
    if (!(request.headers.get("accept") ?? "").includes("text/event-stream")) {
      return json(await finish(assistant, run, args, caller));
    }
    return eventStream(async (send) => {
      send("run", { run_id: run.run_id });
      let draft = new DraftText();
      const onContent: OnContent = (piece) => {
        if (piece === null) {
          draft = new DraftText();
          return send("discard", {});
        }
        const text = draft.add(piece);
        if (text) send("text", { text });
      };
      send("result", await finish(assistant, run, args, caller, onContent));
    });
  } catch (error) {
    return refusal(error);
  }
}

async function finish(
  assistant: Assistant,
  run: Run,
  args: Record<string, unknown>,
  caller: Caller,
  onContent?: OnContent,
): Promise<Result> {
  let problem: string | undefined;
  let done = run;
  try {
    done = await assistant.finish(run, caller, onContent);
  } catch (error) {
    // A test of a prompt is worth nothing without the model, and must leave no proposal.
    if (!(error instanceof PrincipalError) || args.is_test === true) throw error;
    warn(error.message);
    problem = error.message;
    const { ticket_id, kind } = args;
    // With a wish or a prompt of its own, the run waits for a model, and this is another one.
    done = (await assistant.api.rpc<{ run: Run }>(caller, "suggest_without_model", { ticket_id, kind })).run;
  }
  const proposal = await assistant.proposalOf(done, caller);
  return { run: done, proposal, ...(problem === undefined ? {} : { problem }) };
}
