import { Api, type Caller } from "./api.ts";
import type { Limits } from "./chat.ts";
import { type Embed, Runner } from "./run.ts";
import { equal } from "./testing.ts";

const LIMITS: Limits = { firstByteMs: 1000, wholeMs: 5000 };
const NO_VECTORS: Embed = () => Promise.resolve(null);
const PROMPT = {
  system: "s",
  user: "u",
  schema_name: "reply",
  schema: {},
  max_tokens: 100,
  estimated_tokens: 10,
  least_tokens: 6,
  chat_model: "m",
  capability: null,
};

type Answers = Record<string, unknown | ((args: Record<string, unknown>) => unknown)>;

class Refusal {
  constructor(readonly status: number, readonly reason: string, readonly message = "no") {}
}

/** The database functions that a run calls, with these answers. */
class Database {
  calls: [string, Record<string, unknown>][] = [];
  runHeaders = new Set<string | undefined>();
  answers: Answers = {
    read_run: { question: "where?", text: "title where?" },
    retrieve_passages: { nothing_found: false },
    run_prompt: PROMPT,
    begin_model_call: { allowed: true, reason: null },
    submit_answer: { proposal_id: "1" },
  };

  fetch = ((address: string, init: RequestInit) => {
    const name = new URL(address).pathname.split("/").at(-1)!;
    const args = JSON.parse(init.body as string) as Record<string, unknown>;
    this.calls.push([name, args]);
    this.runHeaders.add((init.headers as Caller)["x-helpdesk-run"]);
    const answer = this.answers[name];
    const value = typeof answer === "function" ? answer(args) : answer;
    if (!(value instanceof Refusal)) return Promise.resolve(Response.json(value ?? null));
    const body = { code: `PT${value.status}`, details: `helpdesk.${value.reason}`, message: value.message };
    return Promise.resolve(Response.json(body, { status: value.status }));
  }) as unknown as typeof fetch;

  names(): string {
    return this.calls.map(([name]) => name).join(" ");
  }

  args(name: string): Record<string, unknown> {
    return this.calls.findLast(([called]) => called === name)![1];
  }
}

/** Runs one run with a model that gives these answers; the number of the model's calls. */
async function play(
  database: Database,
  contents: (string | Response)[],
  { kind = "reply", embed = NO_VECTORS, model = true, limits = LIMITS } = {},
): Promise<{ calls: number; pieces: (string | null)[]; asked: string[] }> {
  const environment = { url: "https://project.example", secretKey: "s", publicKey: "p" };
  const api = new Api(environment, database.fetch);
  const found = { calls: 0, pieces: [] as (string | null)[], asked: [] as string[] };
  const original = globalThis.fetch;
  globalThis.fetch = ((_: string, init: RequestInit) => {
    const content = contents[Math.min(found.calls++, contents.length - 1)]!;
    found.asked.push(String(init.body));
    if (content instanceof Response) return Promise.resolve(content.clone());
    return Promise.resolve(Response.json({ choices: [{ message: { content }, finish_reason: "stop" }] }));
  }) as unknown as typeof fetch;
  try {
    const host = `https://${crypto.randomUUID()}.example/v1`;
    const endpoint = model ? { url: host, key: "k", model: null } : null;
    const runner = new Runner(api, () => Promise.resolve({ authorization: "a" }), endpoint, embed, limits);
    await runner.work({ run_id: "r", kind, secret: "the secret" }, (piece) => void found.pieces.push(piece));
  } finally {
    globalThis.fetch = original;
  }
  equal([...database.runHeaders], ["the secret"]);
  return found;
}

const ORDER = "read_run retrieve_passages run_prompt begin_model_call remember_capability submit_answer";

Deno.test("a reply: read, retrieve, reserve, ask, submit", async () => {
  const database = new Database();
  const { calls, pieces } = await play(database, ['{"a":1}']);
  equal([database.names(), calls], [ORDER, 1]);
  equal(pieces, ['{"a":1}']);
  equal(database.args("begin_model_call"), { estimated_tokens: 110 });
  const { answer, usage } = database.args("submit_answer") as { answer: unknown; usage: Record<string, unknown> };
  equal(answer, { a: 1 });
  equal([usage.tokens_in, usage.is_estimated, usage.chat_model, usage.rung], [10, true, "m", "json_schema"]);
});

Deno.test("nothing found, no model, no budget: no call of the model", async () => {
  for (
    const [answers, options, reason] of [
      [{ retrieve_passages: { nothing_found: true } }, {}, "nothing_found"],
      [{}, { model: false }, "no_model"],
      [{ run_prompt: { ...PROMPT, chat_model: null } }, {}, "no_model"],
      [{ begin_model_call: { allowed: false, reason: "budget_exhausted" } }, {}, "budget_exhausted"],
    ] as [Answers, { model?: boolean }, string][]
  ) {
    const database = new Database();
    Object.assign(database.answers, answers);
    const { calls } = await play(database, ["{}"], options);
    equal([calls, database.args("finish_without_model").reason], [0, reason]);
  }
});

Deno.test("an answer that the database refuses is asked for once more, with the reason, and then given up", async () => {
  const database = new Database();
  database.answers.submit_answer = new Refusal(422, "answer_invalid", "passage 9 is not among the passages");
  const { calls, pieces, asked } = await play(database, ['{"a":1}', '{"a":2}']);
  equal([calls, asked[1]!.includes("passage 9 is not among")], [2, true]);
  equal(pieces, ['{"a":1}', null, '{"a":2}', null]);
  equal(
    database.names(),
    `${ORDER} begin_model_call submit_answer finish_without_model`.replace(
      "begin_model_call submit_answer finish",
      "begin_model_call remember_capability submit_answer finish",
    ),
  );
  equal(database.args("finish_without_model").reason, "answer_invalid");
  const usage = database.args("finish_without_model").usage as { tokens_in: number };
  equal(usage.tokens_in > 20, true);
});

Deno.test("prose is repaired, too", async () => {
  const database = new Database();
  const { calls } = await play(database, ["I think so.", '{"a":2}']);
  equal([calls, database.args("submit_answer").answer], [2, { a: 2 }]);
});

Deno.test("where the prompt leaves no room for why, there is no second turn", async () => {
  const database = new Database();
  Object.assign(database.answers, {
    run_prompt: { ...PROMPT, user: "u".repeat(12_000) },
    submit_answer: new Refusal(422, "answer_invalid", "steps: at least one"),
  });
  const { calls } = await play(database, ["{}"]);
  const { reason, problem } = database.args("finish_without_model");
  equal([calls, reason, problem], [1, "answer_invalid", "steps: at least one"]);
});

Deno.test("what cannot be repaired falls back at once, with a problem that holds no text of the endpoint", async () => {
  for (
    const [status, reason, asked] of [
      [401, "model_key_refused", 1],
      [404, "model_not_found", 1],
      // Once more without what an endpoint that is not known yet may not know.
      [400, "model_request_refused", 2],
    ] as const
  ) {
    const database = new Database();
    const { calls } = await play(database, [Response.json({ error: { message: "secret" } }, { status })]);
    const args = database.args("finish_without_model");
    equal([calls, args.reason, args.problem], [asked, reason, `The model's endpoint answered ${status}`]);
  }
});

Deno.test("the second turn has the time that the first left", async () => {
  const database = new Database();
  database.answers.submit_answer = () => {
    const until = performance.now() + 80;
    while (performance.now() < until);
    return new Refusal(422, "answer_invalid");
  };
  const { calls } = await play(database, ["{}"], { limits: { firstByteMs: 50, wholeMs: 60 } });
  equal([calls, database.args("finish_without_model").reason], [1, "model_timeout"]);
});

Deno.test("classification asks the model only where the neighbours leave a doubt", async () => {
  for (const [decided, calls] of [[true, 0], [false, 1]] as const) {
    const database = new Database();
    database.answers.classify_run = { decided };
    const found = await play(database, ["{}"], { kind: "classification" });
    equal([found.calls, database.names().includes("retrieve_passages")], [calls, false]);
  }
});

Deno.test("a vector of another model is left out, and a failing embedder too", async () => {
  const embed: Embed = (texts) => Promise.resolve({ model: "mini", vectors: texts.map(() => [1, 0]) });
  const database = new Database();
  database.answers.retrieve_passages = (args: Record<string, unknown>) =>
    args.model ? new Refusal(409, "embedding_model_mismatch") : { nothing_found: false };
  await play(database, ["{}"], { embed });
  equal(database.calls.filter(([name]) => name === "retrieve_passages").map(([, args]) => Object.keys(args).length), [
    3,
    1,
  ]);
  const other = new Database();
  await play(other, ["{}"], { embed: () => Promise.reject(new Error("no")) });
  equal(other.args("retrieve_passages"), { query: "where?" });
});

Deno.test("an answer that another rule of the database refuses is repaired once, and then there is a fallback", async () => {
  const database = new Database();
  database.answers.submit_answer = new Refusal(400, "invalid_value");
  equal((await play(database, ["{}"])).calls, 2);
  const { reason, problem } = database.args("finish_without_model");
  equal([reason, problem], ["answer_invalid", "The project refused the answer"]);
  equal(database.names().includes("release_run"), false);
});

Deno.test("a run whose lease or conversation is gone is left alone; other failures give it back", async () => {
  for (
    const [refusal, released] of [
      [new Refusal(409, "lease_lost"), false],
      [new Refusal(409, "conversation_moved"), false],
      [new Refusal(500, "anything"), true],
    ] as const
  ) {
    const database = new Database();
    database.answers.submit_answer = refusal;
    await play(database, ["{}"]);
    equal(database.names().includes("release_run"), released);
    equal(database.names().includes("finish_without_model"), false);
  }
});
