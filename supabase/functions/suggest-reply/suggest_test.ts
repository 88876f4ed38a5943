import { Api } from "../_helpdesk/api.ts";
import type { Assistant } from "../_helpdesk/assistant.ts";
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
