/**
 * The gateway of the local stack: one process that serves the Supabase URL space on one port per database.
 *
 * The supervisor writes one line of JSON (Settings) to standard input, later the line `listen`; the gateway answers
 * `{"event":"prepared"}` when Auth's schema is there and `{"event":"listening","port":…}` when it serves. The end of
 * standard input is the end of the gateway: however the supervisor died, nothing stays behind.
 */

import { TextLineStream } from "./lines.ts";
import { Stack } from "./stack.ts";
import type { Settings } from "./settings.ts";

// Standard output is the supervisor's, who reads no more than our events: what others print would fill it and stop us.
console.log = console.info = console.debug = console.error;

function tell(event: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(event) + "\n"));
}

async function main(): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  const first = await lines.read();
  if (first.done) return;
  const stack = new Stack(JSON.parse(first.value) as Settings);
  Deno.addSignalListener("SIGTERM", () => void stack.close().then(() => Deno.exit(0)));
  // Ctrl-C and a hang-up reach the whole terminal; the supervisor decides what they mean.
  for (const signal of ["SIGINT", "SIGHUP"] as const) Deno.addSignalListener(signal, () => {});
  await stack.prepare();
  tell({ event: "prepared" });
  while (true) {
    const line = await lines.read();
    if (line.done) break;
    if (line.value === "listen") tell({ event: "listening", port: await stack.listen() });
  }
  await stack.close();
}

try {
  await main();
  Deno.exit(0);
} catch (error) {
  const taken = error instanceof Deno.errors.AddrInUse;
  tell({ event: "failed", reason: taken ? "port" : error instanceof Error ? error.message : String(error) });
  Deno.exit(1);
}
