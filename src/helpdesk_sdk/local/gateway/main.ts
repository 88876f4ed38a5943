/**
 * The gateway of the local stack: one process that serves the Supabase URL space on one port per database.
 *
 * The supervisor writes one line of JSON (Settings) to standard input, later the line `listen`. The gateway answers
 * `{"event":"prepared"}` when Auth's schema exists and `{"event":"listening","port":…,"mail_port":…}` when it serves. It exits when
 * standard input ends, so it never outlives the supervisor.
 */

import { TextLineStream } from "./lines.ts";
import { Stack } from "./stack.ts";
import type { Settings } from "./settings.ts";

// The supervisor reads only events from standard output. Other output would fill the pipe and block the gateway.
console.log = console.info = console.debug = console.error;

function sendEvent(event: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(event) + "\n"));
}

async function main(): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  const first = await lines.read();
  if (first.done) return;
  const stack = new Stack(JSON.parse(first.value) as Settings);
  Deno.addSignalListener("SIGTERM", () => void stack.close().then(() => Deno.exit(0)));
  // The terminal sends Ctrl-C and a hang-up to every process. Only the supervisor acts on them.
  for (const signal of ["SIGINT", "SIGHUP"] as const) Deno.addSignalListener(signal, () => {});
  await stack.prepare();
  sendEvent({ event: "prepared" });
  while (true) {
    const line = await lines.read();
    if (line.done) break;
    if (line.value === "listen") sendEvent({ event: "listening", ...await stack.listen() });
  }
  await stack.close();
}

try {
  await main();
  Deno.exit(0);
} catch (error) {
  const taken = error instanceof Deno.errors.AddrInUse;
  sendEvent({ event: "failed", reason: taken ? "port" : error instanceof Error ? error.message : String(error) });
  Deno.exit(1);
}
