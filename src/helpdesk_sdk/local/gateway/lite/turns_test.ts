import { Turns } from "./turns.ts";
import { assertEquals } from "../testing.ts";

Deno.test("work with the same key runs in turns, also after a failure; other work does not wait", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = (name: string, fails = false) => async () => {
    seen.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([
    turns.run("a", work("1", true)),
    turns.run("a", work("2")),
    turns.run("b", work("3")),
  ]);
  assertEquals(results.map((result) => result.status), ["rejected", "fulfilled", "fulfilled"]);
  assertEquals(seen.indexOf("2 begins") > seen.indexOf("1 ends"), true);
  assertEquals(seen.indexOf("3 begins") < seen.indexOf("1 ends"), true);
});
