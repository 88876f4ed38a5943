/** The rows of storage.objects and storage.buckets: read and written as the caller, or as an administrator. */

import type postgres from "postgres";
import type { Caller } from "./caller.ts";
import { accessDenied, alreadyExists, bucketNotFound, fromDatabase, objectNotFound } from "./errors.ts";

export type Tx = postgres.TransactionSql;

export interface Bucket {
  id: string;
  public: boolean;
  file_size_limit: string | null;
  allowed_mime_types: string[] | null;
}

export interface ObjectRow {
  id: string;
  bucket_id: string;
  name: string;
  version: string | null;
  metadata: ObjectMetadata | null;
  user_metadata: Record<string, unknown> | null;
  created_at: string;
  updated_at: string;
}

/** As hosted stores it. */
export interface ObjectMetadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
}

/** What an upload writes into a row. */
export interface NewObject {
  bucket: string;
  key: string;
  owner: string | null;
  metadata: Partial<ObjectMetadata> | null;
  userMetadata: Record<string, unknown> | null;
}

/** The request as policies see it. */
export interface Operation {
  /** The result of storage.operation(). */
  name: string;
  method: string;
  path: string;
}

const ROLLBACK = new Error("rollback");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class Objects {
  constructor(private readonly sql: postgres.Sql) {}

  /**
   * Run a transaction as the caller, with the caller's policies and statement timeout.
   *
   * @throws StorageError
   */
  async asCaller<T>(caller: Caller, operation: Operation, work: (tx: Tx) => Promise<T>): Promise<T> {
    return await this.#transaction(async (tx) => {
      await tx`
        select set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}::text, true),
          set_config('request.jwt.claim.sub', ${caller.userId ?? ""}, true),
          set_config('request.jwt.claim.role', ${caller.role}, true),
          set_config('request.method', ${operation.method}, true),
          set_config('request.path', ${operation.path}, true),
          set_config('storage.operation', ${operation.name}, true),
          set_config('storage.allow_delete_query', 'true', true),
          set_config('statement_timeout', coalesce(
            (select split_part(setting, '=', 2) from pg_roles, unnest(rolconfig) as setting
             where rolname in (${caller.role}, 'authenticator') and setting like 'statement_timeout=%'
             order by rolname = 'authenticator' limit 1), '0'), true),
          set_config('role', ${caller.role}, true)`;
      return await work(tx);
    });
  }

  /**
   * Run a transaction that no policy limits.
   *
   * @throws StorageError
   */
  async asAdmin<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return await this.#transaction(async (tx) => {
      await tx`select set_config('storage.allow_delete_query', 'true', true)`;
      return await work(tx);
    });
  }

  async #transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.sql.begin(work) as T;
    } catch (error) {
      throw fromDatabase(error);
    }
  }

  /**
   * A bucket, whoever asks.
   *
   * @throws StorageError
   */
  async bucket(id: string): Promise<Bucket> {
    const [found] = await this.sql<Bucket[]>`
      select id, public, file_size_limit::text, allowed_mime_types from storage.buckets where id = ${id}`;
    if (!found) throw bucketNotFound();
    return found;
  }

  async exists(bucket: string, key: string): Promise<boolean> {
    const found = await this.sql`select from storage.objects where bucket_id = ${bucket} and name = ${key}`;
    return found.length > 0;
  }

  /**
   * Ask the caller's policies whether an upload is permitted; the row is rolled back.
   *
   * @throws StorageError
   */
  async probeUpload(caller: Caller, operation: Operation, object: NewObject, upsert: boolean): Promise<void> {
    await this.#probe(caller, operation, (tx) => insert(tx, object, "1", upsert));
  }

  /**
   * Ask the caller's policies whether an object may get another place; the change is rolled back.
   *
   * @throws StorageError
   */
  async probeMove(caller: Caller, operation: Operation, object: ObjectRow, bucket: string, key: string): Promise<void> {
    await this.#probe(caller, operation, async (tx) => {
      const moved = await tx`
        update storage.objects set bucket_id = ${bucket}, name = ${key} where id = ${object.id}::uuid returning id`;
      if (moved.length === 0) throw accessDenied("new row violates row-level security policy");
    });
  }

  /** Do the work as the caller, and roll it back. */
  async #probe(caller: Caller, operation: Operation, work: (tx: Tx) => Promise<unknown>): Promise<void> {
    try {
      await this.asCaller(caller, operation, async (tx) => {
        await work(tx);
        throw ROLLBACK;
      });
    } catch (error) {
      if (error !== ROLLBACK) throw error;
    }
  }

  /**
   * Write the row of a new version and return the version that it replaces. `keepFile` runs before the commit; nobody
   * else writes this object meanwhile.
   *
   * @throws StorageError
   */
  async put(
    object: NewObject,
    version: string,
    upsert: boolean,
    keepFile: () => Promise<void>,
  ): Promise<{ id: string; replaced: string | null }> {
    return await this.asAdmin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`${object.bucket}/${object.key}`}, 0))`;
      const current = await findIn(tx, object.bucket, object.key);
      if (current && !upsert) throw alreadyExists();
      const id = await insert(tx, object, version, upsert);
      await keepFile();
      return { id, replaced: current?.version ?? null };
    });
  }
}

/**
 * An object as the transaction's role sees it.
 *
 * @throws StorageError
 */
export async function findObject(tx: Tx, bucket: string, key: string): Promise<ObjectRow> {
  const found = await findIn(tx, bucket, key);
  if (!found) throw objectNotFound();
  return found;
}

async function findIn(tx: Tx, bucket: string, key: string): Promise<ObjectRow | null> {
  const [found] = await tx<ObjectRow[]>`
    select id::text, bucket_id, name, version, metadata, user_metadata, created_at, updated_at
    from storage.objects where bucket_id = ${bucket} and name = ${key}`;
  return found ?? null;
}

async function insert(tx: Tx, object: NewObject, version: string, upsert: boolean): Promise<string> {
  const { bucket, key, owner } = object;
  const ownerId = owner !== null && UUID.test(owner) ? owner : null;
  const metadata = object.metadata && JSON.stringify(object.metadata);
  const userMetadata = object.userMetadata && JSON.stringify(object.userMetadata);
  const replace = tx`
    on conflict (bucket_id, name) do update set owner = excluded.owner, owner_id = excluded.owner_id,
      metadata = excluded.metadata, user_metadata = excluded.user_metadata, version = excluded.version,
      updated_at = now()`;
  const id = crypto.randomUUID();
  await tx`
    insert into storage.objects (id, bucket_id, name, owner, owner_id, metadata, user_metadata, version)
    values (${id}::uuid, ${bucket}, ${key}, ${ownerId}::uuid, ${owner}, ${metadata}::text::jsonb,
      ${userMetadata}::text::jsonb, ${version})
    ${upsert ? replace : tx``}`;
  if (!upsert) return id;
  return (await findIn(tx, bucket, key))?.id ?? id;
}
