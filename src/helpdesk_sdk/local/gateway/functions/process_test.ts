import { assertEquals } from "../testing.ts";
import type { Settings } from "../settings.ts";
import { configArguments, FunctionProcess, lastModified, reasonOf, waitUntilListening } from "./process.ts";

/** A process that listens or ends at a time, in milliseconds, and a clock that only moves when somebody sleeps. */
function simulated(listensAt: number, endsAt: number) {
  let now = 0;
  const process = {
    get alive() {
      return now < endsAt;
    },
    listens: () => Promise.resolve(now >= listensAt),
  };
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
  return { process, clock, elapsed: () => now };
}

Deno.test("a function may take a minute to start, as long as its process lives", async () => {
  const { process, clock } = simulated(60_000, Infinity);
  assertEquals(await waitUntilListening(process, clock), "listening");
});

Deno.test("a process that ends is reported at once", async () => {
  const { process, clock, elapsed } = simulated(60_000, 1000);
  assertEquals([await waitUntilListening(process, clock), elapsed()], ["ended", 1000]);
});

Deno.test("a process that never listens is given up", async () => {
  const { process, clock, elapsed } = simulated(Infinity, Infinity);
  assertEquals([await waitUntilListening(process, clock), elapsed()], ["timeout", 120_000]);
});

Deno.test("the reason is the last error that Deno printed, or else the last line", () => {
  assertEquals(reasonOf("error: first\nerror: second\n    at file.ts:1:1\n"), "error: second");
  assertEquals(reasonOf("one\ntwo\n\n"), "two");
  assertEquals(reasonOf(""), "it printed no reason");
});

Deno.test("a function's own configuration comes first, then the shared one; a lock file is kept to", async () => {
  const functions = await Deno.makeTempDir({ prefix: "functions höst " });
  const write = (path: string) => Deno.writeTextFile(`${functions}/${path}`, "{}");
  const config = () => configArguments(functions, "hello");
  try {
    await Deno.mkdir(`${functions}/hello`);
    assertEquals(await config(), ["--no-config", "--no-lock"]);
    await write("deno.json");
    assertEquals(await config(), [`--config=${functions}/deno.json`, "--no-lock"]);
    await write("deno.lock");
    assertEquals(await config(), [`--config=${functions}/deno.json`, "--frozen"]);
    await write("hello/deno.jsonc");
    assertEquals(await config(), [`--config=${functions}/hello/deno.jsonc`, "--no-lock"]);
    await write("hello/deno.json");
    await write("hello/deno.lock");
    assertEquals(await config(), [`--config=${functions}/hello/deno.json`, "--frozen"]);
  } finally {
    await Deno.remove(functions, { recursive: true });
  }
});

Deno.test("a function is as new as its folder, shared folders and shared configuration, and no other function", async () => {
  const functions = await Deno.makeTempDir();
  const write = async (path: string, at: number) => {
    await Deno.mkdir(`${functions}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${functions}/${path}`, "");
    await Deno.utime(`${functions}/${path}`, new Date(at), new Date(at));
  };
  try {
    assertEquals(await lastModified(`${functions}/none`, "hello"), 0);
    const paths = ["hello/index.ts", "_shared/a.ts", "_helpdesk/b.ts", "deno.json", "deno.lock"];
    for (const [number, path] of paths.entries()) {
      await write(path, (number + 1) * 1000);
      assertEquals(await lastModified(functions, "hello"), (number + 1) * 1000);
    }
    await write("other/index.ts", 100_000);
    await write("README.md", 100_000);
    assertEquals(await lastModified(functions, "hello"), 5000);
  } finally {
    await Deno.remove(functions, { recursive: true });
  }
});

Deno.test("a function starts from a folder whose name has blanks and an umlaut, as the gateway's own may have", async () => {
  const functions = await Deno.makeTempDir({ prefix: "functions höst " });
  const keys = { publishable_key: "publishable", secret_key: "secret" };
  const database = { db_url: "postgresql://127.0.0.1:1/postgres" };
  const settings = {
    functions_dir: functions,
    functions_env: {},
    functions_net: [],
    embeddings: { url: "", model: "" },
    ...keys,
    ...database,
  };
  try {
    await Deno.mkdir(`${functions}/hello`);
    await Deno.writeTextFile(`${functions}/hello/index.ts`, 'Deno.serve(() => new Response("hello"));');
    const process = await FunctionProcess.start("hello", settings as unknown as Settings, "", 1, 0);
    assertEquals(await (await process.fetch("/hello", {})).text(), "hello");
    await process.stop();
  } finally {
    await Deno.remove(functions, { recursive: true });
  }
});
