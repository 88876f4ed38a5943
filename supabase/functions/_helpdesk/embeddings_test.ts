import { embedder, EmbeddingError } from "./embeddings.ts";
import { equal } from "./testing.ts";

const UNIT = [1, ...Array<number>(383).fill(0)];
const SETTINGS = { EMBEDDINGS_BASE_URL: "http://host/v1/", EMBEDDINGS_MODEL: "m", EMBEDDINGS_API_KEY: "secret" };

function read(settings: Record<string, string>) {
  return (name: string) => settings[name];
}

/** An endpoint that gives these answers one after the other, and what it was asked. */
function endpoint(...answers: unknown[]) {
  const asked: { url: string; body: Record<string, unknown>; headers: Record<string, string> }[] = [];
  const send = ((url: string, init: RequestInit) => {
    asked.push({ url, body: JSON.parse(init.body as string), headers: init.headers as Record<string, string> });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(answer instanceof Response ? answer : Response.json(answer));
  }) as typeof fetch;
  return { asked, send };
}

async function problem(answer: unknown, texts = ["a"]): Promise<EmbeddingError> {
  try {
    await embedder(read(SETTINGS), endpoint(answer).send)!.embed(texts);
  } catch (error) {
    if (error instanceof EmbeddingError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

Deno.test("an endpoint is asked with its model and its key, and its order does not matter", async () => {
  const other = [0, 1, ...UNIT.slice(2)];
  const { asked, send } = endpoint({ data: [{ index: 1, embedding: other }, { index: 0, embedding: UNIT }] });
  equal(await embedder(read(SETTINGS), send)!.embed(["a", "b"]), { model: "m", vectors: [UNIT, other] });
  equal(asked[0]!.url, "http://host/v1/embeddings");
  equal(asked[0]!.headers.authorization, "Bearer secret");
  equal(asked[0]!.body, { model: "m", input: ["a", "b"] });
});

Deno.test("a model of more dimensions is asked for fewer, and from then on at once", async () => {
  const { asked, send } = endpoint(
    { data: [{ embedding: [...UNIT, 1] }] },
    { data: [{ embedding: UNIT }] },
  );
  const found = embedder(read(SETTINGS), send)!;
  await found.embed(["a"]);
  await found.embed(["b"]);
  equal(asked.map(({ body }) => body.dimensions), [undefined, 384, 384]);
});

Deno.test("what cannot be stored is an error that says why", async () => {
  const cases: [unknown, RegExp][] = [
    [{ data: [{ embedding: UNIT.slice(1) }] }, /383 numbers/],
    [{ data: [{ embedding: [...UNIT, 0] }] }, /385 numbers/],
    [{ data: [{ embedding: [null, ...UNIT.slice(1)] }] }, /is none/],
    [{ data: [{ embedding: UNIT.map(() => 0) }] }, /is none/],
    [{ data: [{ embedding: "text" }] }, /0 vectors for 1/],
    [{ data: [] }, /0 vectors for 1/],
    [{ data: [{ embedding: UNIT }, { embedding: UNIT }] }, /2 vectors for 1/],
    [{ data: [{ index: -1, embedding: UNIT }] }, /0 vectors for 1/],
    [{ data: [{ index: 4294967294, embedding: UNIT }] }, /0 vectors for 1/],
    [{ data: [{ index: 0.5, embedding: UNIT }] }, /0 vectors for 1/],
    [{ data: "x" }, /without vectors/],
    [null, /without vectors/],
    [new Response("<html>"), /no answer: SyntaxError/],
    [new Response("secret", { status: 500 }), /answered 500/],
    [new Response("", { status: 302, headers: { location: "http://secret.example/" } }), /answered 302/],
    [new DOMException("http://user:password@host", "TimeoutError"), /no answer: TimeoutError/],
  ];
  for (const [answer, message] of cases) {
    const error = await problem(answer);
    if (!message.test(error.message)) throw new Error(`${error.message} is not ${message}`);
    if (/secret|password/.test(error.message)) throw new Error("a secret");
    equal(error.isRefusal, false);
  }
});

/** An answer without end, and how many bytes of it were asked for. */
function endless(status: number) {
  const state = { sent: 0, isCancelled: false };
  const body = new ReadableStream({
    pull: (controller) => {
      state.sent += 10_000;
      controller.enqueue(new Uint8Array(10_000).fill(32));
    },
    cancel: () => {
      state.isCancelled = true;
    },
  });
  return { state, response: new Response(body, { status }) };
}

Deno.test("an answer without end is read up to its limit, an error not at all", async () => {
  for (const [status, message, limit] of [[200, /too many bytes/, 300_000], [401, /answered 401/, 50_000]] as const) {
    const { state, response } = endless(status);
    const error = await problem(response);
    if (!message.test(error.message)) throw new Error(error.message);
    if (state.sent > limit) throw new Error(`${state.sent} bytes of a ${status}`);
    equal(state.isCancelled, true);
  }
});

Deno.test("texts that are refused are told from an endpoint that does not work", async () => {
  for (const status of [400, 413, 422]) equal((await problem(new Response("", { status }))).isRefusal, true);
  for (const status of [401, 403, 404, 429, 503]) equal((await problem(new Response("", { status }))).isRefusal, false);
});

Deno.test("the local stack names its model; without a model there is none", () => {
  const local = { HELPDESK_EMBEDDINGS_URL: "http://127.0.0.1:1/v1", HELPDESK_EMBEDDINGS_MODEL: "mini" };
  equal(embedder(read(local))?.model, "mini");
  equal(embedder(read({ HELPDESK_EMBEDDINGS_URL: "", HELPDESK_EMBEDDINGS_MODEL: "" })), null);
  equal(embedder(read({ ...local, ...SETTINGS }))?.model, "m");
  equal(embedder(read({})), null);
});

Deno.test("E5 receives what each text is; other models receive the text", async () => {
  const { asked, send } = endpoint({ data: [{ embedding: UNIT }] });
  const e5 = embedder(read({ ...SETTINGS, EMBEDDINGS_MODEL: "multilingual-e5-small-q4" }), send)!;
  await e5.embed(["a"], "passage");
  await e5.embed(["a"]);
  equal(asked.map(({ body }) => body.input), [["passage: a"], ["query: a"]]);
});

Deno.test("the model within the runtime has hosted's name", async () => {
  const given = globalThis as { Supabase?: unknown };
  given.Supabase = {
    ai: {
      Session: class {
        run = () => Promise.resolve(UNIT);
      },
    },
  };
  try {
    const found = embedder(read({}))!;
    equal([found.isInside, await found.embed(["a"])], [true, { model: "gte-small", vectors: [UNIT] }]);
  } finally {
    delete given.Supabase;
  }
});

Deno.test("a wrong setting is an error at the start", () => {
  for (const wrong of [{ ...SETTINGS, EMBEDDINGS_BASE_URL: "host" }, { EMBEDDINGS_BASE_URL: "http://host" }]) {
    let refused = false;
    try {
      embedder(read(wrong));
    } catch {
      refused = true;
    }
    equal(refused, true);
  }
});
