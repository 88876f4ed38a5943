import { type SlackPayload, SlackSender } from "./slack_send.ts";
import { equal } from "./testing.ts";

const ROOT = { method: "chat.postMessage", body: { channel: "C1", text: "x" } };
const REPLY = { method: "chat.postMessage", body: { channel: "C1", text: "y" }, in_thread: true };
const UPDATE = { method: "chat.update", body: { channel: "C1", ts: "1.1", text: "x" } };

/** A sender whose Slack gives these answers; what it was asked. */
function slack(...answers: (Record<string, unknown> | Response | Error)[]) {
  const asked: Record<string, unknown>[] = [];
  const fetchIt = ((url: string, init: RequestInit) => {
    asked.push({ url, ...JSON.parse(init.body as string) });
    const answer = answers.shift() ?? { ok: true, ts: "9.9" };
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(answer instanceof Response ? answer : Response.json(answer));
  }) as typeof fetch;
  const sender = new SlackSender(fetchIt, 0);
  const send = (...calls: (typeof ROOT & { in_thread?: boolean })[]) =>
    sender.send({ api_url: "http://slack/api", token: "xoxb-1", channel: "C1", calls, echo: { shown: "m1" } });
  return { asked, send, sender };
}

Deno.test("a thread is begun, and what is said in it follows", async () => {
  const { asked, send } = slack();
  const { outcome, status, result } = await send(ROOT, REPLY);
  equal([outcome, status, result], ["done", 200, { shown: "m1", ts: "9.9" }]);
  equal(asked.map(({ url, thread_ts }) => [url, thread_ts ?? null]), [
    ["http://slack/api/chat.postMessage", null],
    ["http://slack/api/chat.postMessage", "9.9"],
  ]);
});

Deno.test("each end has its outcome", async () => {
  const ends: [Record<string, unknown> | Response | Error, string][] = [
    [{ ok: false, error: "invalid_auth" }, "gone"],
    [{ ok: false, error: "is_archived" }, "gone"],
    [{ ok: false, error: "invalid_blocks" }, "refused"],
    [{ ok: false, error: "internal_error" }, "retry"],
    [{ ok: false }, "retry"],
    [new Response("<html>"), "retry"],
    [new Response("", { status: 503 }), "retry"],
    [new TypeError("away"), "retry"],
  ];
  for (const [answer, wanted] of ends) equal((await slack(answer).send(ROOT)).outcome, wanted);
  const limited = await slack(new Response("", { status: 429, headers: { "retry-after": "30" } })).send(ROOT);
  equal([limited.outcome, limited.retry_after_seconds], ["retry", 30]);
});

Deno.test("a thread that was begun before a failure is told, and a first message that is gone is not missed", async () => {
  equal((await slack({ ok: true, ts: "9.9" }, { ok: false, error: "msg_too_long" }).send(ROOT, REPLY)).result, {
    ts: "9.9",
    error: "msg_too_long",
  });
  equal((await slack({ ok: false, error: "message_not_found" }).send(UPDATE)).outcome, "done");
});

Deno.test("what cannot be sent is an outcome, and the next message of the channel goes on", async () => {
  const { send, sender } = slack();
  const payload = { api_url: "http://slack/api", token: "xoxb-1", channel: "C1" } as SlackPayload;
  const [odd, next] = await Promise.all([sender.send(payload), send(ROOT)]);
  equal([odd.outcome, odd.problem], ["retry", "It cannot be sent: TypeError"]);
  equal(next.outcome, "done");
});
