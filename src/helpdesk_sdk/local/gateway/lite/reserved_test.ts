/**
 * Reserved connections that are lost. The driver (postgres 3.4.7) writes to the closed socket or waits for ever, and a
 * reservation that failed takes a connection away when the database is back.
 *
 * Needs a database: HELPDESK_TEST_DB_URL.
 */

import postgres from "postgres";
import { guardReservations } from "./reserved.ts";
import { assertEquals } from "../testing.ts";

const URL = Deno.env.get("HELPDESK_TEST_DB_URL") ?? "";

function within<T>(work: PromiseLike<T>, milliseconds: number): Promise<T | string> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve("late"), milliseconds);
  return Promise.race([work.then((value) => value, (error) => String(error.code)), late])
    .finally(() => clearTimeout(timer));
}

Deno.test("a statement on a lost connection fails, and the pool keeps its connections", async () => {
  const pool = postgres(URL, { max: 2, onnotice: () => {} });
  guardReservations(pool);
  const killer = postgres(URL, { max: 1 });
  for (let round = 0; round < 6; round++) {
    const reserved = await pool.reserve();
    const [{ pid }] = await reserved.unsafe("select pg_backend_pid() as pid") as unknown as [{ pid: number }];
    await killer`select pg_terminate_backend(${pid}, 5000)`;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(await within(reserved.unsafe("select 1"), 2000), "CONNECTION_CLOSED");
    assertEquals(await within(reserved.unsafe("rollback"), 2000), "CONNECTION_CLOSED");
    reserved.release();
  }
  const again = await within(Promise.all([pool.reserve(), pool.reserve()]), 5000) as postgres.ReservedSql[];
  assertEquals(again.length, 2);
  for (const reserved of again) {
    assertEquals((await reserved.unsafe("select 1 as one"))[0], { one: 1 });
    reserved.release();
  }
  await Promise.all([pool.end({ timeout: 1 }), killer.end({ timeout: 1 })]);
});

/** A port that forwards to the database while it is open. */
function relay(): { url: string; close: () => void; open: () => void; end: () => void } {
  const target = new globalThis.URL(URL);
  const sockets = new Set<Deno.Conn>();
  let listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = (listener.addr as Deno.NetAddr).port;
  const accept = async (own: Deno.Listener) => {
    for await (const client of own) {
      const server = await Deno.connect({ hostname: target.hostname, port: Number(target.port) });
      sockets.add(client).add(server);
      client.readable.pipeTo(server.writable).catch(() => {});
      server.readable.pipeTo(client.writable).catch(() => {});
    }
  };
  void accept(listener);
  const close = () => {
    listener.close();
    for (const socket of sockets) {
      try {
        socket.close();
      } catch {
        // The other end has closed it.
      }
    }
    sockets.clear();
  };
  const open = () => {
    listener = Deno.listen({ hostname: "127.0.0.1", port });
    void accept(listener);
  };
  const url = new globalThis.URL(URL);
  url.host = `127.0.0.1:${port}`;
  return { url: url.toString(), close, open, end: close };
}

Deno.test({
  name: "reservations that failed during an outage take no connection when it is over",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const way = relay();
    const pool = postgres(way.url, { max: 3, onnotice: () => {}, connect_timeout: 2, backoff: () => 0.01 });
    guardReservations(pool);
    await pool`select 1`;
    way.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const failed = await Promise.all(Array.from({ length: 12 }, () => within(pool.reserve(), 5000)));
    assertEquals(failed.map((one) => typeof one), failed.map(() => "string"), String(failed));
    assertEquals(failed.includes("late"), false);
    way.open();
    for (let round = 0; round < 3; round++) {
      const all = await within(Promise.all([1, 2, 3].map(() => pool.reserve())), 5000);
      assertEquals(Array.isArray(all), true, `round ${round}: ${String(all)}`);
      for (const reserved of all as postgres.ReservedSql[]) {
        await reserved.unsafe("select 1");
        reserved.release();
      }
    }
    await pool.end({ timeout: 1 });
    way.end();
  },
});
