/** Plays one story: `deno run -A run.ts FILE NAME`, with the world as JSON in HELPDESK_WORLD. pytest starts it. */
import { play, stories } from "./harness.ts";

const [file, name] = Deno.args;
await import(new URL(file!, import.meta.url).href);
if (name === undefined) {
  console.log(JSON.stringify(stories.map((told) => told.name)));
} else {
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
