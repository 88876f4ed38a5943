/** Sends webhooks for tests: a line of JSON for each attempt, in a network in which addresses are ports on loopback. */

import { TextLineStream } from "../../../src/helpdesk_sdk/local/gateway/lines.ts";
import { type Payload, sendWebhook } from "../../../supabase/functions/_helpdesk/webhook_send.ts";

interface Task {
  payload: Payload;
  /** What the name server answers, one after the other; null: the real one. */
  found: string[] | null;
  /** The ports by address; null: the real network. */
  servers: Record<string, number> | null;
  ca: string | null;
  timeout_ms: number;
}

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
for await (const line of lines) {
  const { payload, found, servers, ca, timeout_ms } = JSON.parse(line) as Task;
  const connected: [string, number][] = [];
  const attempt = await sendWebhook(payload, {
    resolve: found === null ? undefined : () => {
      const said = found.shift() ?? "";
      // A name server that never answers.
      return said === "never" ? new Promise(() => {}) : Promise.resolve(said.split(" ").filter(Boolean));
    },
    connect: servers === null ? undefined : (address, port) => {
      connected.push([address, port]);
      const there = servers[address];
      if (there === undefined) return Promise.reject(new Deno.errors.ConnectionRefused("refused"));
      return Deno.connect({ hostname: "127.0.0.1", port: there });
    },
    caCerts: ca === null ? undefined : [ca],
    timeoutMs: timeout_ms,
  });
  console.log(JSON.stringify({ attempt, connected }));
}
