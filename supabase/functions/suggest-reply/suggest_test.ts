import { Api } from "../_helpdesk/api.ts";
import type { Assistant } from "../_helpdesk/assistant.ts";
import { PrincipalError } from "../_helpdesk/principal.ts";
import { equal } from "../_helpdesk/testing.ts";
import { suggest } from "./suggest.ts";

const nowhere = (() => Promise.reject(new Error("nothing is to be sent"))) as unknown as typeof fetch;
const api = new Api({ url: "https://project.example", secretKey: "s", publicKey: "p" }, nowhere);

for (
  const body of ["", "[]", "no JSON", "{}", '{"ticket_id":"1","kind":"classification"}', '{"ticket_id":"1","kind":1}']
) {
  Deno.test(`${body || "an empty body"} is refused before anything is sent`, async () => {
    const request = new Request("https://project.example/suggest-reply", { method: "POST", body });
    const answer = await suggest({ api } as unknown as Assistant, request);
    equal([answer.status, (await answer.json()).details], [400, "helpdesk.invalid_value"]);
  });
}

/** What is answered, and which database functions are called, when the assistant cannot sign in. */
async function withoutLogin(body: Record<string, unknown>) {
  const called: string[] = [];
  const send = ((address: string) => {
    const name = new URL(address).pathname.split("/").at(-1)!;
    called.push(name);
    const answers: Record<string, unknown> = {
      request_run: { run_id: "1", state: "queued" },
      suggest_without_model: { run: { run_id: "2", state: "fallback" }, proposal: {} },
    };
    return Promise.resolve(Response.json(answers[name] ?? [{ proposal_id: "3" }]));
  }) as unknown as typeof fetch;
  const project = new Api({ url: "https://project.example", secretKey: "s", publicKey: "p" }, send);
  const assistant = {
    api: project,
    finish: () => Promise.reject(new PrincipalError("The way out")),
    proposalOf: () => Promise.resolve({ proposal_id: "3" }),
  };
  const sent = { method: "POST", body: JSON.stringify({ ticket_id: "1", ...body }) };
  const answer = await suggest(assistant as unknown as Assistant, new Request("https://project.example/f", sent));
  return { status: answer.status, body: await answer.json(), called };
}

Deno.test("without its login, the assistant answers with the run that needs no model, and says why", async () => {
  const { status, body } = await withoutLogin({ wish: "shorter" });
  equal([status, body.run.run_id, body.proposal.proposal_id, body.problem], [200, "2", "3", "The way out"]);
});

Deno.test("without its login, a test of a prompt leaves no proposal", async () => {
  const { status, body, called } = await withoutLogin({ is_test: true });
  equal([status, body.code, body.message], [503, "assistant_unavailable", "The way out"]);
  equal(called, ["request_run"]);
});
