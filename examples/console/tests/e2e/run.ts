/**
 * Plays one story: `deno run -A run.ts FILE NAME`, with the world as JSON in HELPDESK_WORLD. pytest starts it.
 * `run.ts --list FILE …` prints the names of the stories of each file.
 */
import { play, stories } from "./harness.ts";

const [file, ...rest] = Deno.args;
if (file === "--list") {
  const names: Record<string, string[]> = {};
  for (const each of rest) {
    const before = stories.length;
    await import(new URL(each, import.meta.url).href);
    names[each] = stories.slice(before).map((told) => told.name);
  }
  console.log(JSON.stringify(names));
} else {
  const [name] = rest;
  await import(new URL(file!, import.meta.url).href);
  const told = stories.find((one) => one.name === name);
  if (!told) throw new Error(`${file} has no story "${name}"`);
  try {
    await play(told, JSON.parse(Deno.env.get("HELPDESK_WORLD")!));
  } catch (error) {
    console.log(`\n${(error as Error).stack}`);
    Deno.exit(1);
  }
  Deno.exit(0);
}
