/** Storage's objects at `/storage/v1`, as on a hosted project. Lite serves the buckets. */

import type postgres from "postgres";
import type { Keys } from "../api/tokens.ts";
import { type Body, type Call, encodePath, jsonBody, keysOf, placesOf, secondsOf } from "./call.ts";
import { callerOf } from "./caller.ts";
import { type DownloadOptions, sendFile } from "./downloads.ts";
import { alreadyExists, bucketNotFound, objectNotFound, StorageError } from "./errors.ts";
import { ObjectFiles } from "./files.ts";
import { checkBucket, checkKey, sign, verify } from "./keys.ts";
import { listFolder, listPage } from "./listing.ts";
import { findObject, type ObjectRow, Objects, type Tx } from "./objects.ts";
import { findRoute, type Route } from "./routes.ts";
import { Uploads } from "./uploads.ts";

const UPLOAD_URL_SECONDS = 7200;
const NO_SUCH_OBJECT = "Either the object does not exist or you do not have access to it";

export class Storage {
  readonly #objects: Objects;
  readonly #files: ObjectFiles;
  readonly #uploads: Uploads;

  /** `root` is the directory of this database's objects; `sizeLimit` the size in bytes that no object may exceed. */
  constructor(sql: postgres.Sql, private readonly keys: Keys, root: string, sizeLimit: number) {
    this.#objects = new Objects(sql);
    this.#files = new ObjectFiles(root);
    this.#uploads = new Uploads(this.#objects, this.#files, sizeLimit);
  }

  /** Remove what interrupted uploads left when the stack was killed. */
  async clean(): Promise<void> {
    await this.#files.clean();
  }

  /** The response, or null for a path that is not about objects. */
  async handle(request: Request): Promise<Response | null> {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname).replace(/^\/storage\/v1/, "");
    const route = findRoute(request.method, path);
    if (route === null) return null;
    try {
      return await this.#answer(request, url, route);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return error.toResponse();
    } finally {
      // The response need not wait for the rest of a body that nobody wants.
      if (request.body && !request.bodyUsed) request.body.cancel().catch(() => {});
    }
  }

  async #answer(request: Request, url: URL, route: Route): Promise<Response> {
    if (route.bucket !== null) checkBucket(route.bucket);
    if (route.key !== null) checkKey(route.key);
    const operation = { name: route.operation, method: request.method, path: url.pathname };
    const caller = await callerOf(request, this.keys, route.access !== "signed-in");
    const owner = caller.role === "service_role" ? null : caller.userId;
    const call = { request, url, bucket: route.bucket ?? "", key: route.key ?? "", caller, owner, operation };
    switch (route.action) {
      case "download":
        return await this.#download(call, route.access === "public");
      case "download-signed":
        return await this.#downloadSigned(call);
      case "info":
        return info(await this.#readable(call, route.access === "public"));
      case "upload":
        return await this.#upload(call);
      case "upload-signed":
        return await this.#uploadSigned(call);
      case "sign":
        return await this.#sign(call);
      case "sign-many":
        return await this.#signMany(call);
      case "sign-upload":
        return await this.#signUpload(call);
      case "list":
        return await this.#list(call, listFolder);
      case "list-v2":
        return await this.#list(call, listPage);
      case "move":
        return await this.#move(call);
      case "copy":
        return await this.#copy(call);
      case "remove":
        return await this.#remove(call);
      case "remove-many":
        return await this.#removeMany(call);
      case "empty-bucket":
        return await this.#emptyBucket(call);
      case "delete-bucket":
        return await this.#deleteBucket(call);
    }
  }

  /** The object, under the caller's policies unless its bucket is public. */
  async #readable(call: Call, isPublicUrl: boolean): Promise<ObjectRow> {
    const bucket = await this.#objects.bucket(call.bucket);
    if (!bucket.public && (isPublicUrl || !call.caller.isAuthenticated)) throw bucketNotFound();
    if (bucket.public) return await this.#objects.asAdmin((tx) => findObject(tx, call.bucket, call.key));
    return await this.#visible(call, call.key);
  }

  async #visible({ caller, operation, bucket }: Call, key: string): Promise<ObjectRow> {
    return await this.#objects.asCaller(caller, operation, (tx) => findObject(tx, bucket, key));
  }

  async #download(call: Call, isPublicUrl: boolean): Promise<Response> {
    const options = { download: call.url.searchParams.get("download"), expires: null };
    return await this.#send(call.request, () => this.#readable(call, isPublicUrl), options);
  }

  async #downloadSigned({ request, url, bucket, key }: Call): Promise<Response> {
    const token = url.searchParams.get("token");
    const { expires } = await verify(token, "download", `${bucket}/${key}`, this.keys.jwt_secret);
    const find = () => this.#objects.asAdmin((tx) => findObject(tx, bucket, key));
    return await this.#send(request, find, { download: url.searchParams.get("download"), expires });
  }

  async #send(request: Request, find: () => Promise<ObjectRow>, options: DownloadOptions): Promise<Response> {
    for (let attempt = 0;; attempt++) {
      const object = await find();
      try {
        return sendFile(request, object, await this.#files.open(object.version), options);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        // The version was replaced after its row was read.
        if (attempt > 0) throw objectNotFound();
      }
    }
  }

  async #upload({ request, bucket, key, caller, owner, operation }: Call): Promise<Response> {
    const upsert = request.method === "PUT" || request.headers.get("x-upsert") === "true";
    const probe = (object: Parameters<Objects["probeUpload"]>[2]) =>
      this.#objects.probeUpload(caller, operation, object, upsert);
    const id = await this.#uploads.run(request, { bucket, key, owner, upsert, probe });
    return Response.json({ Key: `${bucket}/${key}`, Id: id });
  }

  async #uploadSigned({ request, url, bucket, key }: Call): Promise<Response> {
    const token = url.searchParams.get("token");
    const { permit } = await verify(token, "upload", `${bucket}/${key}`, this.keys.jwt_secret);
    const { owner, upsert } = permit;
    const probe = async () => {
      if (!upsert && await this.#objects.exists(bucket, key)) throw alreadyExists();
    };
    await this.#uploads.run(request, { bucket, key, owner, upsert, probe });
    return Response.json({ Key: `${bucket}/${key}` });
  }

  async #sign(call: Call): Promise<Response> {
    const seconds = secondsOf(await jsonBody(call.request));
    await this.#visible(call, call.key);
    return Response.json({ signedURL: await this.#signedPath(call.bucket, call.key, seconds) });
  }

  async #signMany(call: Call): Promise<Response> {
    const body = await jsonBody(call.request);
    const seconds = secondsOf(body);
    const keys = keysOf(body, "paths");
    const { caller, operation, bucket } = call;
    const found = await this.#objects.asCaller(
      caller,
      operation,
      (tx) => tx`select name from storage.objects where bucket_id = ${bucket} and name = any(${keys})`,
    );
    const visible = new Set(found.map((row) => row.name));
    return Response.json(
      await Promise.all(keys.map(async (path) => {
        if (!visible.has(path)) return { path, error: NO_SUCH_OBJECT, signedURL: null };
        return { path, error: null, signedURL: await this.#signedPath(bucket, path, seconds) };
      })),
    );
  }

  async #signedPath(bucket: string, key: string, seconds: number): Promise<string> {
    const url = `${bucket}/${key}`;
    const token = await sign({ intent: "download", url }, seconds, this.keys.jwt_secret);
    return `/object/sign/${encodePath(url)}?token=${token}`;
  }

  async #signUpload({ request, bucket, key, caller, owner, operation }: Call): Promise<Response> {
    const upsert = request.headers.get("x-upsert") === "true";
    const object = { bucket, key, owner, metadata: null, userMetadata: null };
    await this.#objects.probeUpload(caller, operation, object, upsert);
    const url = `${bucket}/${key}`;
    const token = await sign({ intent: "upload", url, owner, upsert }, UPLOAD_URL_SECONDS, this.keys.jwt_secret);
    return Response.json({ url: `/object/upload/sign/${encodePath(url)}?token=${token}`, token });
  }

  async #list(call: Call, list: (tx: Tx, bucket: string, body: Body) => Promise<unknown>): Promise<Response> {
    const body = await jsonBody(call.request);
    await this.#objects.bucket(call.bucket);
    const { caller, operation, bucket } = call;
    return Response.json(await this.#objects.asCaller(caller, operation, (tx) => list(tx, bucket, body)));
  }

  async #move({ request, caller, operation }: Call): Promise<Response> {
    const { from, source, to, target } = placesOf(await jsonBody(request));
    const object = await this.#objects.asCaller(caller, operation, (tx) => findObject(tx, from, source));
    await this.#objects.probeMove(caller, operation, object, to, target);
    const moved = await this.#objects.asAdmin((tx) =>
      tx`update storage.objects set bucket_id = ${to}, name = ${target}, updated_at = now()
         where id = ${object.id}::uuid and bucket_id = ${from} and name = ${source} returning id`
    );
    if (moved.length === 0) throw objectNotFound();
    return Response.json({ message: "Successfully moved", Id: object.id, Key: `${to}/${target}` });
  }

  async #copy({ request, caller, owner, operation }: Call): Promise<Response> {
    const { from, source, to, target } = placesOf(await jsonBody(request));
    const upsert = request.headers.get("x-upsert") === "true";
    const object = await this.#objects.asCaller(caller, operation, (tx) => findObject(tx, from, source));
    const copy = { bucket: to, key: target, owner, metadata: object.metadata, userMetadata: object.user_metadata };
    await this.#objects.probeUpload(caller, operation, copy, upsert);
    const id = await this.#uploads.copy(object.version ?? "", copy, upsert);
    return Response.json({ Id: id, Key: `${to}/${target}` });
  }

  async #remove(call: Call): Promise<Response> {
    if ((await this.#removeVisible(call, [call.key])).length === 0) throw objectNotFound();
    return Response.json({ message: "Successfully deleted" });
  }

  async #removeMany(call: Call): Promise<Response> {
    const keys = keysOf(await jsonBody(call.request), "prefixes");
    await this.#objects.bucket(call.bucket);
    return Response.json(await this.#removeVisible(call, keys));
  }

  async #removeVisible({ caller, operation, bucket }: Call, keys: string[]): Promise<postgres.Row[]> {
    const removed = await this.#objects.asCaller(
      caller,
      operation,
      (tx) => tx`delete from storage.objects where bucket_id = ${bucket} and name = any(${keys}) returning *`,
    );
    await this.#files.remove(removed.map((row) => row.version));
    return removed;
  }

  async #emptyBucket({ bucket, caller, operation }: Call): Promise<Response> {
    const visible = await this.#objects.asCaller(
      caller,
      operation,
      (tx) => tx`select id from storage.buckets where id = ${bucket}`,
    );
    if (visible.length === 0) throw bucketNotFound();
    const removed = await this.#objects.asCaller(
      caller,
      operation,
      (tx) => tx`delete from storage.objects where bucket_id = ${bucket} returning version`,
    );
    await this.#files.remove(removed.map((row) => row.version));
    return Response.json({ message: "Empty bucket has been queued. Completion may take up to an hour." });
  }

  async #deleteBucket({ bucket, caller, operation }: Call): Promise<Response> {
    const [object] = await this.#objects.asAdmin((tx) =>
      tx`select from storage.objects where bucket_id = ${bucket} limit 1`
    );
    const deleted = await this.#objects.asCaller(caller, operation, async (tx) => {
      const visible = await tx`select id from storage.buckets where id = ${bucket}`;
      if (visible.length === 0) throw bucketNotFound();
      if (object) throw new StorageError(409, "InvalidRequest", "The bucket you tried to delete is not empty");
      return await tx`delete from storage.buckets where id = ${bucket} returning id`;
    });
    if (deleted.length === 0) throw bucketNotFound();
    return Response.json({ message: "Successfully deleted" });
  }
}

function info(object: ObjectRow): Response {
  const { id, name, version, bucket_id, metadata, user_metadata, updated_at, created_at } = object;
  return Response.json({
    id,
    name,
    version,
    bucket_id,
    size: metadata?.size ?? null,
    content_type: metadata?.mimetype ?? null,
    cache_control: metadata?.cacheControl ?? null,
    etag: metadata?.eTag ?? null,
    metadata: user_metadata,
    last_modified: updated_at,
    created_at,
  });
}
