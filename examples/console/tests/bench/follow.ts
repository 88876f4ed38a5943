/** Agents who follow the queue of Support until the input ends; `python -m benchmarks herd` starts it. */
import type { World } from "../e2e/world.ts";
import { crowd } from "./crowd.ts";

const world: World = JSON.parse(Deno.env.get("HELPDESK_WORLD")!);
const leave = await crowd(world, world.people.ben, Number(Deno.args[0]));
console.log("joined");
await Deno.stdin.readable.pipeTo(new WritableStream());
leave();
Deno.exit(0);
