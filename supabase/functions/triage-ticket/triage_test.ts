import { Api } from "../_helpdesk/api.ts";
import type { Assistant } from "../_helpdesk/assistant.ts";
import { equal } from "../_helpdesk/testing.ts";
import { triage } from "./triage.ts";

const ENVIRONMENT = { url: "https://project.example", secretKey: "s", publicKey: "p" };
const answering = (status: number) => (() => Promise.resolve(Response.json([], { status }))) as unknown as typeof fetch;
const api = new Api(ENVIRONMENT, answering(200));

Deno.test("who may not read runs starts none", async () => {
  const assistant = {
    api: new Api(ENVIRONMENT, answering(401)),
    lease: () => Promise.reject(new Error("nothing is to be leased")),
  };
  const request = new Request("https://project.example/triage-ticket", { method: "POST" });
  equal((await triage(assistant as unknown as Assistant, request)).status, 401);
});

Deno.test("without a ticket, what waits is carried out, one run after another", async () => {
  const done: string[] = [];
  const waiting = ["1", "2", "3"];
  const assistant = {
    api,
    lease: () => Promise.resolve(waiting.splice(0, 1).map((run_id) => ({ run_id, kind: "reply", secret: "" }))),
    work: (lease: { run_id: string }) => Promise.resolve(void done.push(lease.run_id)),
    runs: () => Promise.resolve([]),
  };
  const request = new Request("https://project.example/triage-ticket", { method: "POST" });
  const answer = await triage(assistant as unknown as Assistant, request);
  equal([await answer.json(), done], [{ runs: [] }, ["1", "2", "3"]]);
});
