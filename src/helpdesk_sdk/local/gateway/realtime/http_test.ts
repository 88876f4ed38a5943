import { joinProblem, Refusal, tokenProblem } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { broadcastOverHttp, problemsOf } from "./http.ts";
import { PLANS, Rate } from "./plan_limits.ts";
import { RightsError } from "./policies.ts";
import { equal } from "../testing.ts";

const problems = (message: unknown) => problemsOf(message, { plan: PLANS.free });

Deno.test("a message needs topic, event and an object within the plan", () => {
  const good = { topic: "t", event: "e", payload: {} };
  equal(problems(good), {});
  equal(problems({ ...good, private: true, id: "x" }), {});
  equal(problems({ ...good, topic: "" }), { topic: ["can't be blank"] });
  equal(problems({ ...good, event: 1 }), { event: ["is invalid"] });
  equal(problems({ ...good, payload: [] }), { payload: ["is invalid"] });
  equal(problems({ topic: "t", event: "e" }), { payload: ["can't be blank"] });
  equal(problems({ ...good, private: "perhaps" }), { private: ["is invalid"] });
  equal(problems({ ...good, payload: { a: "x".repeat(256_500) } }), { payload: ["Payload size exceeds tenant limit"] });
  equal(Object.keys(problems(null)), ["topic", "event", "payload"]);
});

const reason = (error: unknown) => joinProblem(error, "room").reason;

Deno.test("what keeps a channel from joining is told in Realtime's words", () => {
  const noDatabase = "Realtime was unable to connect to the project database";
  equal(reason(new Refusal("as it is")), "as it is");
  equal(
    reason(new RightsError("policy", "x")),
    "Unauthorized: You do not have permissions to read from this Channel topic: room",
  );
  equal(reason(new RightsError("unavailable", "x")), `UnableToConnectToProject: ${noDatabase}`);
  equal(reason(Object.assign(new Error("x"), { code: "ECONNREFUSED" })), `UnableToConnectToProject: ${noDatabase}`);
  equal(
    reason(Object.assign(new Error("too many"), { code: "53300" })),
    "DatabaseLackOfConnections: Database can't accept more connections, Realtime won't connect",
  );
  equal(reason(new RightsError("other", "x")), noDatabase);
  equal(reason(new TypeError("x")), "Unknown Error on Channel");
});

Deno.test("what ends a channel with its new token has no code", () => {
  equal(tokenProblem(new Refusal("Unauthorized: You may not"), "room"), "You may not");
  equal(tokenProblem(new RightsError("canceled", "x"), "room"), "Query was cancelled, please try again");
});

Deno.test("who has hung up is neither asked about nor heard any more", async () => {
  const client = new AbortController();
  const [asked, sent]: [string[], string[]] = [[], []];
  const hub = {
    plan: PLANS.none,
    messages: new Rate(),
    credential: () => Promise.resolve({ token: "t", claims: { role: "anon", exp: 9e9 } }),
    rights: {
      write: (_: unknown, { topic }: { topic: string }) => {
        asked.push(topic);
        if (topic === "two") client.abort();
        return Promise.resolve({ broadcast: true });
      },
    },
    rooms: { find: (topic: string) => void sent.push(topic) },
  } as unknown as Hub;
  const messages = ["one", "two", "three", "four"].map((topic) => ({ topic, event: "e", payload: {}, private: true }));
  const url = "http://127.0.0.1/realtime/v1/api/broadcast";
  const body = JSON.stringify({ messages });
  await broadcastOverHttp(new Request(url, { method: "POST", body, signal: client.signal }), hub);
  equal([asked, sent], [["one", "two"], ["one", "two"]]);
});
