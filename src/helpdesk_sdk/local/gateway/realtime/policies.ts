/**
 * What a channel's token allows: asked of the policies on realtime.messages, with rows that are rolled back.
 */

import type postgres from "postgres";
import type { Claims } from "./credentials.ts";
import type { Asker, Queries } from "./query_queue.ts";
import { isConnectionLost } from "../api/connection_errors.ts";

export type Extension = "broadcast" | "presence";

/** What policies see, beside the row. */
export interface Context {
  claims: Claims;
  /** Without the prefix `realtime:`. */
  topic: string;
  headers: Record<string, string>;
}

/** What the policies allow; an extension that was not asked about is absent. */
export type Allowed = Partial<Record<Extension, boolean>>;

/** Why the policies could not be asked. */
export class RightsError extends Error {
  constructor(
    readonly kind: "policy" | "unavailable" | "connections" | "canceled" | "partition" | "other",
    reason: string,
  ) {
    super(reason);
  }
}

const UNDO = new Error("undo");
const TIME_LIMIT_MS = 8000;

export class Rights {
  /** `guarded` rejects when the connection is lost, which the driver does not always tell. */
  constructor(
    private readonly sql: postgres.Sql,
    private readonly queries: Queries,
    private readonly guarded: <T>(work: Promise<T>) => Promise<T>,
  ) {}

  /**
   * Which extensions of a topic may be read: rows that an administrator writes are looked for in the role.
   *
   * @throws RightsError, and the reason of the asker's signal
   */
  async read(asker: Asker, context: Context, extensions: Extension[]): Promise<Allowed> {
    const probes = extensions.map((extension) => ({ id: crypto.randomUUID(), extension }));
    const found = await this.#probe(asker, async (tx) => {
      const rows = tx`
        insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
        select unnest(${probes.map((probe) => probe.id)}::uuid[]), ${context.topic},
          unnest(${extensions}::text[]), now(), now()`;
      const visible = tx<{ id: string }[]>`
        select id::text from realtime.messages where id = any(${probes.map((probe) => probe.id)}::uuid[])`;
      const [, , seen] = await inTurn(rows, enterRole(tx, context), visible);
      return new Set(seen.map((row) => row.id));
    });
    return Object.fromEntries(probes.map(({ id, extension }) => [extension, found.has(id)]));
  }

  /**
   * Which extensions of a topic may be written: each row is tried in the role.
   *
   * @throws RightsError, and the reason of the asker's signal
   */
  async write(asker: Asker, context: Context, extensions: Extension[]): Promise<Allowed> {
    return await this.#probe(asker, async (tx) => {
      const allowed: Allowed = {};
      await enterRole(tx, context);
      for (const extension of extensions) allowed[extension] = await mayInsert(tx, context.topic, extension);
      return allowed;
    });
  }

  async #probe<T>(asker: Asker, ask: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
    return await this.queries.run(asker, async () => {
      try {
        return await this.guarded(this.#undone(ask));
      } catch (error) {
        throw asRightsError(error);
      }
    });
  }

  /** What a transaction found out that is rolled back. */
  async #undone<T>(ask: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
    let answer: { found: T } | null = null;
    await this.sql.begin(async (tx) => {
      answer = { found: await ask(tx) };
      throw UNDO;
    }).catch((error) => {
      if (error !== UNDO) throw error;
    });
    return answer!.found;
  }
}

function enterRole(
  tx: postgres.TransactionSql,
  { claims, topic, headers }: Context,
): postgres.PendingQuery<postgres.Row[]> {
  const { role, sub } = claims;
  return tx`
    select set_config('role', ${role}, true), set_config('realtime.topic', ${topic}, true),
      set_config('request.jwt.claims', ${JSON.stringify(claims)}::text, true),
      set_config('request.jwt.claim.sub', ${typeof sub === "string" ? sub : ""}, true),
      set_config('request.jwt.claim.role', ${role}, true),
      set_config('request.headers', ${JSON.stringify(headers)}::text, true),
      set_config('statement_timeout', ${String(TIME_LIMIT_MS)}, true)`;
}

async function mayInsert(tx: postgres.TransactionSql, topic: string, extension: Extension): Promise<boolean> {
  try {
    await tx.savepoint((inner) =>
      inner`
        insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
        values (${crypto.randomUUID()}, ${topic}, ${extension}, now(), now())`
    );
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "42501") return false;
    throw error;
  }
}

/** Send queries without waiting for one another, and wait for all of them: the first failure is the one that counts. */
async function inTurn<T extends readonly PromiseLike<unknown>[]>(
  ...queries: T
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(queries);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as { [K in keyof T]: Awaited<T[K]> };
}

/** What the failure of a query means. */
export function asRightsError(error: unknown): RightsError {
  if (error instanceof RightsError) return error;
  const { code, message = String(error) } = (error ?? {}) as { code?: unknown; message?: string };
  if (isConnectionLost(error)) return new RightsError("unavailable", message);
  if (code === "53300") return new RightsError("connections", message);
  if (code === "57014") return new RightsError("canceled", message);
  if (code === "23514" && /partition/.test(message)) return new RightsError("partition", message);
  // Without the schema there is nobody to ask; whatever else SQL says, a policy or the role made it say.
  if (code === "3F000" || code === "42P01" || typeof code !== "string") return new RightsError("other", message);
  return new RightsError("policy", message);
}
