/**
 * Reserved connections of the driver (postgres 3.4.7) when the database goes away. By itself the driver writes to the
 * closed socket, which ends the process; puts the closed connection back into the pool, where the next request waits
 * for ever; and keeps a failed reservation in its queue, where it takes a connection when the database is back.
 */

import type postgres from "postgres";

type Unsafe = postgres.Sql["unsafe"];

/** The driver's connection. It has no reservation, or another one, when this reservation's socket has closed. */
interface Connection {
  reserved: unknown;
}

function connectionClosed(): Error {
  return Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
}

/** Make statements on a lost reserved connection fail, and keep the pool intact. */
export function guardReservations(driver: postgres.Sql): void {
  const reserve = driver.reserve.bind(driver);
  const options = driver.options as unknown as { onclose?: (id: number) => void };
  const onclose = options.onclose;
  let isDoubtful = false;
  options.onclose = (id) => {
    isDoubtful = true;
    onclose?.(id);
  };
  driver.reserve = async () => {
    if (isDoubtful) {
      // Unlike a reservation, a statement that fails leaves nothing in the driver's queue.
      await driver`select 1`;
      isDoubtful = false;
    }
    return guarded(await reserve());
  };
}

function guarded(reserved: postgres.ReservedSql): postgres.ReservedSql {
  let connection: Connection | null = null;
  let reservation: unknown = null;
  const isLost = () => connection !== null && (connection.reserved === null || connection.reserved !== reservation);
  const onexecute = (used: Connection) => {
    if (connection === null) [connection, reservation] = [used, used.reserved];
    return true;
  };
  const unsafe: (...statement: Parameters<Unsafe>) => unknown = reserved.unsafe;
  reserved.unsafe =
    ((text: string, parameters: never[] = [], options: object = {}) =>
      isLost()
        ? Promise.reject(connectionClosed())
        : unsafe(text, parameters, { ...options, onexecute } as postgres.UnsafeQueryOptions)) as unknown as Unsafe;
  const release = reserved.release.bind(reserved);
  reserved.release = () => {
    if (!isLost()) release();
  };
  return reserved;
}
