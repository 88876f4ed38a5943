import { Api, ApiError } from "../_helpdesk/api.ts";
import { equal, failure } from "../_helpdesk/testing.ts";
import type { Attempt, Payload } from "../_helpdesk/webhook_send.ts";
import { senderOf, sendWaiting } from "./deliveries.ts";

const OK: Attempt = {
  outcome: "done",
  status: 200,
  answer: "ok",
  problem: null,
  milliseconds: 5,
  retry_after_seconds: null,
};
const NONE = { done: 0, retry: 0, refused: 0, gone: 0, unknown: 0, lost: 0, more: false };
const CALLER = { apikey: "s", authorization: "Bearer s" };

/** A database in which so many deliveries wait; what was settled. */
function database(
  count: number,
  refuses: (name: string, args: Record<string, unknown>) => Response | null = () => null,
) {
  const settled: Record<string, unknown>[] = [];
  const leases: number[] = [];
  let next = 0;
  const send = ((address: string, init: RequestInit) => {
    const name = new URL(address).pathname.split("/").at(-1)!;
    const args = JSON.parse(init.body as string);
    const refused = refuses(name, args);
    if (refused !== null) return Promise.resolve(refused);
    if (name === "settle_delivery") {
      settled.push(args);
      return Promise.resolve(Response.json({}));
    }
    leases.push(args.max_rows);
    const leased = Array.from({ length: Math.min(args.max_rows, count - next) }, () => {
      next++;
      return {
        delivery_id: `d${next}`,
        lease: `l${next}`,
        payload: { url: `u${next}`, secrets: [], id: "", body: {} },
      };
    });
    return Promise.resolve(Response.json(leased));
  }) as typeof fetch;
  return {
    settled,
    leases,
    left: () => count - next,
    api: new Api({ url: "http://host", secretKey: "s", publicKey: "p" }, send),
  };
}

Deno.test("everything that waits is sent and settled once", async () => {
  const { api, settled, left } = database(130);
  equal(await sendWaiting(api, CALLER, "webhook", () => Promise.resolve(OK), () => false), { ...NONE, done: 130 });
  equal([left(), settled.length, new Set(settled.map((one) => one.delivery_id)).size], [0, 130, 130]);
  const first = settled.find((one) => one.delivery_id === "d1");
  equal(first, { delivery_id: "d1", lease: "l1", ...OK });
});

Deno.test("at most sixty are sent at once, and a call ends after two hundred", async () => {
  let [now, most] = [0, 0];
  const send = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return OK;
  };
  const { api, left } = database(1_000);
  equal(await sendWaiting(api, CALLER, "webhook", send, () => false), { ...NONE, done: 200, more: true });
  equal([most <= 60, left()], [true, 800]);
});

Deno.test("nothing is leased when the time is over; what was begun is finished", async () => {
  const idle = database(5);
  equal(await sendWaiting(idle.api, CALLER, "webhook", () => Promise.resolve(OK), () => true), { ...NONE, more: true });
  equal(idle.leases, []);
  const { api, left } = database(100);
  let isOver = false;
  const send = () => {
    isOver = true;
    return Promise.resolve(OK);
  };
  equal(await sendWaiting(api, CALLER, "webhook", send, () => isOver), { ...NONE, done: 60, more: true });
  equal(left(), 40);
});

Deno.test("a slow target leaves room for the others", async () => {
  let release = () => {};
  const slow = new Promise<Attempt>((resolve) => release = () => resolve(OK));
  let sent = 0;
  const send = ({ url }: Payload) => {
    if (url === "u1") return slow;
    if (++sent === 149) release();
    return Promise.resolve(OK);
  };
  const { api } = database(150);
  equal(await sendWaiting(api, CALLER, "webhook", send, () => false), { ...NONE, done: 150 });
});

Deno.test("who may not lease is refused, and a lease that was lost is counted", async () => {
  const refusal = Response.json({ code: "42501", message: "permission denied" }, { status: 403 });
  const closed = database(3, () => refusal);
  equal(
    (await failure(ApiError, () => sendWaiting(closed.api, CALLER, "webhook", () => Promise.resolve(OK), () => false)))
      .status,
    403,
  );
  const lost = {
    code: "PT409",
    details: "helpdesk.lease_lost",
    message: "The delivery is not yours, or not any more.",
  };
  const taken = database(3, (name, args) => {
    return name === "settle_delivery" && args.delivery_id === "d2" ? Response.json(lost, { status: 409 }) : null;
  });
  const counts = await sendWaiting(taken.api, CALLER, "webhook", () => Promise.resolve(OK), () => false);
  equal(counts, { ...NONE, done: 2, lost: 1 });
});

Deno.test("a database that is away ends the call, after what was begun", async () => {
  const away = database(100, (name, args) => {
    return name === "settle_delivery" && args.delivery_id === "d3" ? new Response("", { status: 503 }) : null;
  });
  const error = await failure(
    ApiError,
    () => sendWaiting(away.api, CALLER, "webhook", () => Promise.resolve(OK), () => false),
  );
  equal([error.status, away.settled.length], [503, 59]);
});

Deno.test("the database wakes by a word, and nobody else does", async () => {
  const words: unknown[] = [];
  const good = "a".repeat(64);
  const send = ((_: string, init: RequestInit) => {
    equal(new Headers(init.headers).get("apikey"), "s");
    words.push(JSON.parse(init.body as string).word);
    return Promise.resolve(Response.json(words.at(-1) === good));
  }) as typeof fetch;
  const api = new Api({ url: "http://host", secretKey: "s", publicKey: "p" }, send);
  const asked = async (body: string | undefined, headers: Record<string, string> = {}) =>
    (await senderOf(api, new Request("http://host", { method: "POST", body, headers }))).apikey;
  equal(await asked(JSON.stringify({ wake: good })), "s");
  equal(await asked(JSON.stringify({ wake: "b".repeat(64) })), "p");
  equal(words, [good, "b".repeat(64)]);
  for (const body of [undefined, "", "{}", '{"wake":""}', '{"wake":[1]}', JSON.stringify({ wake: "A".repeat(64) })]) {
    equal(await asked(body), "p");
  }
  equal(await asked("{}", { authorization: "Bearer sb_secret_x" }), "sb_secret_x");
  equal(words.length, 2);
});
