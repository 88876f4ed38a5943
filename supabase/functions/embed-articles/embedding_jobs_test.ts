import { Api } from "../_helpdesk/api.ts";
import { embedWaiting } from "./embedding_jobs.ts";
import { type Embedder, EmbeddingError } from "../_helpdesk/embeddings.ts";
import { equal } from "../_helpdesk/testing.ts";

/** A database with these texts waiting; what became of each. */
function database(texts: string[]) {
  const state: Record<string, string> = {};
  const titles: Record<string, unknown> = {};
  let waiting = texts.map((text) => ({ job_id: text, text, model: "m", title: text === "a" ? "A" : null }));
  const send = ((address: string, init: RequestInit) => {
    const name = new URL(address).pathname.split("/").at(-1)!;
    const args = JSON.parse(init.body as string);
    if (name === "lease_embedding_jobs") {
      const leased = waiting.slice(0, args.max_rows);
      waiting = waiting.slice(args.max_rows);
      return Promise.resolve(Response.json(leased));
    }
    titles[args.job_id] = args.title_embedding;
    state[args.job_id] = name === "store_embedding" ? "stored" : args.problem;
    return Promise.resolve(Response.json(name === "store_embedding" ? true : null));
  }) as typeof fetch;
  return {
    state,
    titles,
    api: new Api({ url: "http://host", secretKey: "s", publicKey: "p" }, send),
    left: () => waiting.length,
  };
}

function model(isInside: boolean, fails: (texts: string[]) => EmbeddingError | null): Embedder {
  return {
    model: "m",
    isInside,
    embed: (texts) => {
      const error = fails(texts);
      return error
        ? Promise.reject(error)
        : Promise.resolve({ model: "m", vectors: texts.map((text) => [text.charCodeAt(0)]) });
    },
  };
}

const TEXTS = ["a", "b", "c", "d", "e", "f", "g"];

Deno.test("everything that waits is stored, or four texts where the model works within the function", async () => {
  const all = database(TEXTS);
  equal(await embedWaiting(all.api, model(false, () => null), () => false), { stored: 7, postponed: 0 });
  const few = database(TEXTS);
  equal(await embedWaiting(few.api, model(true, () => null), () => false), { stored: 4, postponed: 0 });
  equal(few.left(), 3);
});

Deno.test("a text that is refused waits alone", async () => {
  const { api, state } = database(TEXTS);
  const picky = model(false, (texts) => texts.includes("c") ? new EmbeddingError("no", true) : null);
  equal(await embedWaiting(api, picky, () => false), { stored: 6, postponed: 1 });
  equal([state.c, state.b, state.g], ["no", "stored", "stored"]);
});

Deno.test("an endpoint that does not work is asked once, and the other texts are not leased", async () => {
  const { api, left } = database(TEXTS);
  const dead = model(false, () => new EmbeddingError("dead"));
  equal(await embedWaiting(api, dead, () => false), { stored: 0, postponed: 4 });
  equal(left(), 3);
});

Deno.test("the title of a passage is embedded, too; an example has none", async () => {
  const { api, titles } = database(TEXTS);
  await embedWaiting(api, model(false, () => null), () => false);
  equal([titles.a, titles.b], [["A".charCodeAt(0)], null]);
});

Deno.test("nothing is leased when the time is over", async () => {
  const { api, left } = database(TEXTS);
  equal(await embedWaiting(api, model(false, () => null), () => true), { stored: 0, postponed: 0 });
  equal(left(), 7);
});
