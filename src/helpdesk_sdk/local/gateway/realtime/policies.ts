/**
 * Evaluates the policies on realtime.messages for a channel's token, with probe rows that are rolled back.
 */

import type postgres from "postgres";
import type { Claims } from "./credentials.ts";
import type { QueryCaller, QueryQueue } from "./query_queue.ts";
import { isConnectionLost } from "../api/connection_errors.ts";

export type Extension = "broadcast" | "presence";

/** What policies can read besides the row. */
export interface PolicyContext {
  claims: Claims;
  /** Without the prefix `realtime:`. */
  topic: string;
  headers: Record<string, string>;
}

/** The result of the policies; an extension that was not checked is absent. */
export type Allowed = Partial<Record<Extension, boolean>>;

/** Why the check of the policies failed. */
export class PolicyError extends Error {
  constructor(
    readonly kind: "policy" | "unavailable" | "connections" | "canceled" | "partition" | "other",
    reason: string,
  ) {
    super(reason);
  }
}

const ROLLBACK = new Error("rollback");
const TIME_LIMIT_MS = 8000;

export class Policies {
  /** `rejectOnLoss` rejects when the connection is lost, which the driver does not always report. */
  constructor(
    private readonly sql: postgres.Sql,
    private readonly queries: QueryQueue,
    private readonly rejectOnLoss: <T>(work: Promise<T>) => Promise<T>,
  ) {}

  /**
   * Which extensions of a topic the role may read: an administrator inserts probe rows, the role selects them.
   *
   * @throws PolicyError, and the reason of the caller's signal
   */
  async read(caller: QueryCaller, context: PolicyContext, extensions: Extension[]): Promise<Allowed> {
    const probes = extensions.map((extension) => ({ id: crypto.randomUUID(), extension }));
    const found = await this.#probe(caller, async (tx) => {
      const rows = tx`
        insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
        select unnest(${probes.map((probe) => probe.id)}::uuid[]), ${context.topic},
          unnest(${extensions}::text[]), now(), now()`;
      const visible = tx<{ id: string }[]>`
        select id::text from realtime.messages where id = any(${probes.map((probe) => probe.id)}::uuid[])`;
      const [, , seen] = await pipelined(rows, setRole(tx, context), visible);
      return new Set(seen.map((row) => row.id));
    });
    return Object.fromEntries(probes.map(({ id, extension }) => [extension, found.has(id)]));
  }

  /**
   * Which extensions of a topic the role may write: the role inserts a probe row for each.
   *
   * @throws PolicyError, and the reason of the caller's signal
   */
  async write(caller: QueryCaller, context: PolicyContext, extensions: Extension[]): Promise<Allowed> {
    return await this.#probe(caller, async (tx) => {
      const allowed: Allowed = {};
      await setRole(tx, context);
      for (const extension of extensions) allowed[extension] = await mayInsert(tx, context.topic, extension);
      return allowed;
    });
  }

  async #probe<T>(caller: QueryCaller, ask: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
    return await this.queries.run(caller, async () => {
      try {
        return await this.rejectOnLoss(this.#rolledBack(ask));
      } catch (error) {
        throw toPolicyError(error);
      }
    });
  }

  /** Run a transaction, roll it back and return its result. */
  async #rolledBack<T>(ask: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
    let answer: { found: T } | null = null;
    await this.sql.begin(async (tx) => {
      answer = { found: await ask(tx) };
      throw ROLLBACK;
    }).catch((error) => {
      if (error !== ROLLBACK) throw error;
    });
    return answer!.found;
  }
}

function setRole(
  tx: postgres.TransactionSql,
  { claims, topic, headers }: PolicyContext,
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

/** Send queries without waiting in between, then wait for all. Throws the first failure. */
async function pipelined<T extends readonly PromiseLike<unknown>[]>(
  ...queries: T
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(queries);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as { [K in keyof T]: Awaited<T[K]> };
}

/** The policy error for a failed query. */
export function toPolicyError(error: unknown): PolicyError {
  if (error instanceof PolicyError) return error;
  const { code, message = String(error) } = (error ?? {}) as { code?: unknown; message?: string };
  if (isConnectionLost(error)) return new PolicyError("unavailable", message);
  if (code === "53300") return new PolicyError("connections", message);
  if (code === "57014") return new PolicyError("canceled", message);
  if (code === "23514" && /partition/.test(message)) return new PolicyError("partition", message);
  // A missing schema or table is no policy decision. All other SQL errors come from a policy or the role.
  if (code === "3F000" || code === "42P01" || typeof code !== "string") return new PolicyError("other", message);
  return new PolicyError("policy", message);
}
