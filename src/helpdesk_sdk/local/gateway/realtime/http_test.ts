import { JoinError, joinErrorReason, tokenErrorReason } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { broadcastOverHttp, messageProblems } from "./http.ts";
import { PLANS, Rate } from "./plan_limits.ts";
import { PolicyError } from "./policies.ts";
import { assertEquals } from "../testing.ts";

const problems = (message: unknown) => messageProblems(message, { plan: PLANS.free });

Deno.test("a message needs topic, event and an object within the plan", () => {
  const good = { topic: "t", event: "e", payload: {} };
  assertEquals(problems(good), {});
  assertEquals(problems({ ...good, private: true, id: "x" }), {});
  assertEquals(problems({ ...good, topic: "" }), { topic: ["can't be blank"] });
  assertEquals(problems({ ...good, event: 1 }), { event: ["is invalid"] });
  assertEquals(problems({ ...good, payload: [] }), { payload: ["is invalid"] });
  assertEquals(problems({ topic: "t", event: "e" }), { payload: ["can't be blank"] });
  assertEquals(problems({ ...good, private: "perhaps" }), { private: ["is invalid"] });
  assertEquals(problems({ ...good, payload: { a: "x".repeat(256_500) } }), {
    payload: ["Payload size exceeds tenant limit"],
  });
  assertEquals(Object.keys(problems(null)), ["topic", "event", "payload"]);
});

const reason = (error: unknown) => joinErrorReason(error, "room").reason;

Deno.test("a refused join has Realtime's reason", () => {
  const noDatabase = "Realtime was unable to connect to the project database";
  assertEquals(reason(new JoinError("as it is")), "as it is");
  assertEquals(
    reason(new PolicyError("policy", "x")),
    "Unauthorized: You do not have permissions to read from this Channel topic: room",
  );
  assertEquals(reason(new PolicyError("unavailable", "x")), `UnableToConnectToProject: ${noDatabase}`);
  assertEquals(
    reason(Object.assign(new Error("x"), { code: "ECONNREFUSED" })),
    `UnableToConnectToProject: ${noDatabase}`,
  );
  assertEquals(
    reason(Object.assign(new Error("too many"), { code: "53300" })),
    "DatabaseLackOfConnections: Database can't accept more connections, Realtime won't connect",
  );
  assertEquals(reason(new PolicyError("other", "x")), noDatabase);
  assertEquals(reason(new TypeError("x")), "Unknown Error on Channel");
});

Deno.test("the reason for a refused new token has no code", () => {
  assertEquals(tokenErrorReason(new JoinError("Unauthorized: You may not"), "room"), "You may not");
  assertEquals(tokenErrorReason(new PolicyError("canceled", "x"), "room"), "Query was cancelled, please try again");
});

Deno.test("after a disconnect no more policies are checked and no more messages are sent", async () => {
  const client = new AbortController();
  const [asked, sent]: [string[], string[]] = [[], []];
  const hub = {
    plan: PLANS.none,
    messages: new Rate(),
    verifyCredential: () => Promise.resolve({ token: "t", claims: { role: "anon", exp: 9e9 } }),
    policies: {
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
  assertEquals([asked, sent], [["one", "two"], ["one", "two"]]);
});
