/**
 * `POST /functions/v1/embed-articles`: makes the vectors that wait, for up to 100 seconds; the answer has counts only.
 * For staff and for the secret key. Where the model works within the function it makes five, and `more` says to repeat.
 */

import { Api } from "../_helpdesk/api.ts";
import { embedWaiting } from "./embedding_jobs.ts";
import { embedder } from "../_helpdesk/embeddings.ts";
import { readEnvironment } from "../_helpdesk/environment.ts";
import { json, notAPost, refusal } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";

const BUDGET_MS = 100_000;
const read = (name: string) => Deno.env.get(name);
const api = new Api(readEnvironment(read));
const model = embedder(read);

Deno.serve(logged("embed-articles", async (request) => {
  const refused = notAPost(request);
  if (refused) return refused;
  try {
    // Staff and the secret key may read it; the refusal of others is the answer.
    await api.rpc(api.callerOf(request), "embedding_progress");
    if (model === null) {
      return json({ stored: 0, postponed: 0, model: null, more: false });
    }
    const begun = performance.now();
    const counts = await embedWaiting(api, model, () => performance.now() - begun > BUDGET_MS);
    return json({ ...counts, model: model.model, more: model.isInside && counts.stored > 0 });
  } catch (error) {
    return refusal(error);
  }
}));
