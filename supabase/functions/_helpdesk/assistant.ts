/** What the assistant's functions share: the assistant of this instance, and what became of a run. */

import { Api, type Caller } from "./api.ts";
import { type Limits, SUGGEST_LIMITS, TRIAGE_LIMITS } from "./chat.ts";
import { embedder } from "./embeddings.ts";
import { optional, readEnvironment, readModel } from "./environment.ts";
import { Principal, PrincipalError } from "./principal.ts";
import { type Embed, type Lease, type OnContent, Runner } from "./run.ts";

export interface Run {
  run_id: string;
  state: string;
  kind: string;
  cached_from: string | null;
  /** How often it was leased. */
  attempts: number;
}

const POLL_MS = 100;
const POLL_MAX_MS = 1000;
const UNFINISHED = new Set(["queued", "leased"]);
const RUN_COLUMNS = "ai_runs?select=*";

export class Assistant {
  constructor(
    readonly api: Api,
    private readonly principal: Principal,
    private readonly runnerWith: (limits: Limits) => Runner,
  ) {}

  static fromEnvironment(): Assistant {
    const read = (name: string) => Deno.env.get(name);
    const environment = readEnvironment(read);
    const api = new Api(environment);
    const principal = new Principal(api, environment.secretKey, optional(read, "HELPDESK_ASSISTANT_EMAIL"));
    const model = readModel(read);
    const vectors = embedder(read);
    const embed: Embed = (texts) => vectors?.embed(texts, "query") ?? Promise.resolve(null);
    const assistant = () => principal.caller();
    return new Assistant(api, principal, (limits) => new Runner(api, assistant, model, embed, limits));
  }

  /** Runs that nobody else has. After a refusal the assistant signs in once more: an admin may have changed its role. */
  async lease(args: { max_rows: number; run_id?: string; kind?: string }): Promise<Lease[]> {
    const runner = this.runnerWith(SUGGEST_LIMITS);
    try {
      return await runner.lease(args);
    } catch (error) {
      if (error instanceof PrincipalError || ![401, 403].includes((error as { status?: number }).status ?? 0)) {
        throw error;
      }
      this.principal.forget();
      return await runner.lease(args);
    }
  }

  async work(lease: Lease, onContent?: OnContent): Promise<void> {
    const limits = lease.kind === "classification" ? TRIAGE_LIMITS : SUGGEST_LIMITS;
    await this.runnerWith(limits).work(lease, onContent);
  }

  /**
   * Carry this run out, or wait for whoever does.
   *
   * @throws PrincipalError when the assistant cannot sign in
   */
  async finish(run: Run, caller: Caller, onContent?: OnContent): Promise<Run> {
    const end = performance.now() + SUGGEST_LIMITS.wholeMs + 10_000;
    let current = run;
    for (let wait = POLL_MS; UNFINISHED.has(current.state) && performance.now() < end;) {
      const [lease] = await this.lease({ max_rows: 1, run_id: run.run_id });
      if (lease) await this.work(lease, onContent);
      const [found] = await this.api.rows<Run>(caller, `${RUN_COLUMNS}&run_id=eq.${run.run_id}`);
      if (!found) break;
      current = found;
      // A run that nobody may take yet failed a moment ago: it is not for this request. A run that nobody has had is
      // being leased at this moment.
      if (lease || (current.state === "queued" && current.attempts > 0)) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 1.5, POLL_MAX_MS);
    }
    return current;
  }

  /** The newest proposal of a run, as the caller may see it. */
  async proposalOf(run: Run, caller: Caller): Promise<unknown> {
    const ids = [run.run_id, run.cached_from].filter((id) => id !== null && id !== undefined).join(",");
    const query = `proposals?select=*,citations(*)&run_id=in.(${ids})&order=created_at.desc&limit=1`;
    return (await this.api.rows<unknown>(caller, query))[0] ?? null;
  }

  /** These runs, as far as the caller may see them. */
  async runs(ids: string[], caller: Caller): Promise<Run[]> {
    return ids.length === 0 ? [] : await this.api.rows<Run>(caller, `${RUN_COLUMNS}&run_id=in.(${ids.join(",")})`);
  }
}
