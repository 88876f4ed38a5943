import { joinProblem, Refusal, tokenProblem } from "./realtime_errors.ts";
import { problemsOf } from "./realtime_http.ts";
import { PLANS } from "./realtime_limits.ts";
import { RightsError } from "./realtime_rights.ts";
import { equal } from "./testing.ts";

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
