import type postgres from "postgres";
import { Realtime } from "./server.ts";
import type { Settings } from "../settings.ts";
import { assert } from "../testing.ts";

const settings = {
  publishable_key: "sb_publishable_test",
  secret_key: "sb_secret_test",
  jwt_secret: "a secret of the tests that is long enough",
  realtime: { enabled: true, plan: "none", private_only: false },
} as Settings;

const HANDSHAKE = [
  "GET /realtime/v1/websocket?apikey=sb_publishable_test HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  "Sec-WebSocket-Version: 13",
].join("\r\n") + "\r\n\r\n";

Deno.test("a connection whose client is dead is closed", async () => {
  const realtime = new Realtime(settings, (() => {}) as unknown as postgres.Sql, "", (work) => work, 1);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (one) => realtime.handle(one));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  const timeout = setTimeout(() => connection.close(), 10_000);
  await connection.write(new TextEncoder().encode(HANDSHAKE));
  const buffer = new Uint8Array(1024);
  const first = await connection.read(buffer);
  assert(new TextDecoder().decode(buffer.subarray(0, first!)).startsWith("HTTP/1.1 101 "), "the handshake failed");
  let end: number | null = 0;
  while (end !== null) end = await connection.read(buffer);
  clearTimeout(timeout);
  connection.close();
  await realtime.close();
  await server.shutdown();
});
