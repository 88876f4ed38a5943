import { Api } from "./api.ts";
import { Assistant, type Run } from "./assistant.ts";
import type { Principal } from "./principal.ts";
import type { Lease, Runner } from "./run.ts";
import { equal } from "./testing.ts";

const RUN: Run = { run_id: "r", kind: "reply", state: "queued", cached_from: null, attempts: 0 };

/** An assistant that receives these leases, and a run that is in these states, one after another. */
function assistantWith(leases: Lease[], runs: Partial<Run>[]): { assistant: Assistant; worked: string[] } {
  const worked: string[] = [];
  const send = (() => {
    const next = runs.length > 1 ? runs.shift() : runs[0];
    return Promise.resolve(Response.json(next ? [{ ...RUN, ...next }] : []));
  }) as unknown as typeof fetch;
  const api = new Api({ url: "https://project.example", secretKey: "s", publicKey: "p" }, send);
  const runner = {
    lease: () => Promise.resolve(leases.splice(0, 1)),
    work: (lease: Lease) => Promise.resolve(void worked.push(lease.run_id)),
  };
  return { assistant: new Assistant(api, {} as Principal, () => runner as unknown as Runner), worked };
}

const LEASE: Lease = { run_id: "r", kind: "reply", secret: "s" };

for (
  const [says, leases, runs, state] of [
    ["a run is carried out", [LEASE], [{ state: "done" }], "done"],
    ["a run that somebody else has is waited for", [], [{ state: "leased" }, { state: "done" }], "done"],
    ["a run that somebody leases at this moment too", [], [{}, { state: "leased" }, { state: "done" }], "done"],
    ["a run that failed a moment ago is left in the queue", [], [{ attempts: 1 }], "queued"],
    ["a run that the caller sees no more is as it was", [LEASE], [], "queued"],
  ] as [string, Lease[], Partial<Run>[], string][]
) {
  Deno.test(says, async () => {
    const expected = leases.map((lease) => lease.run_id);
    const { assistant, worked } = assistantWith([...leases], [...runs]);
    equal([(await assistant.finish(RUN, {})).state, worked], [state, expected]);
  });
}
