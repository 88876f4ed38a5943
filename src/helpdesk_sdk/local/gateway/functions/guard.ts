/**
 * Loaded before an edge function: adds the parts of Supabase's runtime that Deno lacks, and exits when the gateway has
 * ended for any reason.
 */

const runtime = {
  waitUntil<T>(promise: Promise<T>): Promise<T> {
    promise.catch((error) => console.error("EdgeRuntime.waitUntil:", error));
    return promise;
  },
};

/** Hosted runs this model within the function. Here the local endpoint makes the vectors, with another model. */
const SESSION_MODEL = "gte-small";
const SESSION_TIMEOUT_MS = 60_000;
const endpoint = {
  url: Deno.env.get("HELPDESK_EMBEDDINGS_URL") ?? "",
  model: Deno.env.get("HELPDESK_EMBEDDINGS_MODEL") ?? "",
  fetch: globalThis.fetch,
};

class Session {
  readonly init = Promise.resolve();

  constructor(model: string) {
    if (model !== SESSION_MODEL) {
      throw new Error(`Supabase.ai.Session: the local stack has ${SESSION_MODEL} only, not ${model}`);
    }
  }

  async run(input: string, options: { mean_pool?: boolean; normalize?: boolean } = {}): Promise<number[]> {
    if (options.mean_pool === false || options.normalize === false) {
      throw new Error("Supabase.ai.Session: the local stack has mean_pool and normalize only");
    }
    if (!endpoint.url) {
      throw new Error("Supabase.ai.Session: this stack runs without embeddings; helpdesk status says why");
    }
    const response = await endpoint.fetch(`${endpoint.url}/embeddings`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      // The endpoint refuses an empty text; hosted embeds it.
      body: JSON.stringify({ model: endpoint.model, input: input || " " }),
      signal: AbortSignal.timeout(SESSION_TIMEOUT_MS),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`Supabase.ai.Session: ${answer.error.message}`);
    return answer.data[0].embedding;
  }
}

Object.assign(globalThis, { EdgeRuntime: runtime, Supabase: { ai: { Session } } });

async function exitWithGateway(): Promise<void> {
  const buffer = new Uint8Array(64);
  while (await Deno.stdin.read(buffer) !== null);
  Deno.exit(0);
}

/**
 * Deno runs the function only when preloaded modules have no pending work: a timer without a reference is none, but the
 * read that it begins is. Were it due before the function runs, on a busy machine, the function would never run.
 */
const AFTER_THE_START_MS = 5_000;
Deno.unrefTimer(setTimeout(exitWithGateway, AFTER_THE_START_MS));
