/** The content of Storage objects, as files in the stack's data directory. */

import type { App } from "@supabase/lite";
import { createHash } from "node:crypto";
import { dirname, join, relative } from "node:path";

type StorageAdapter = NonNullable<App["_storageAdapter"]>;
type Metadata = Awaited<ReturnType<StorageAdapter["headObject"]>>;
type Found = Awaited<ReturnType<StorageAdapter["getObject"]>>;
type UploadBody = Parameters<StorageAdapter["uploadObject"]>[3];

/** The part of a file that a `Range: bytes=a-b` header requests; null for the whole file. */
export function parseRange(header: string | undefined, size: number): { start: number; end: number } | null {
  const match = header?.match(/^bytes=(\d*)-(\d*)$/);
  if (!match || (!match[1] && !match[2])) return null;
  const start = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]));
  const end = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  return start <= end ? { start, end } : null;
}

async function etag(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);
  return `"${digest.toHex()}"`;
}

async function collect(body: UploadBody): Promise<Uint8Array<ArrayBuffer>> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return new Uint8Array(await new Response(body as unknown as ReadableStream).arrayBuffer());
}

/** S3's limit, which is hosted's; a file system's limit for a name. */
const MAX_KEY_BYTES = 1024;
const MAX_NAME_BYTES = 255;

const byteLength = (text: string) => new TextEncoder().encode(text).length;

/** The error response for an object key that Storage refuses, in the URL or the body; null when there is none. */
export async function keyProblem(request: Request): Promise<Response | null> {
  const path = decodeURIComponent(new URL(request.url).pathname);
  if (!path.startsWith("/storage/v1/object")) return null;
  const inUrl = path.replace(
    /^\/storage\/v1\/object\/?(?:(?:public|authenticated|sign|info|upload\/sign)\/)*[^/]*\/?/,
    "",
  );
  const namesInBody = request.method === "DELETE" || /^\/storage\/v1\/object\/(sign|list|move|copy)/.test(path);
  const keys = [inUrl, ...(namesInBody ? textsOf(await readJson(request)) : [])];
  // deno-lint-ignore no-control-regex -- these are the characters to refuse
  const bad = keys.find((key) => byteLength(key) > MAX_KEY_BYTES || /[\x00-\x1f\x7f]/.test(key));
  if (bad === undefined) return null;
  const message = `Invalid key: ${bad.slice(0, 100)}`;
  return Response.json({ statusCode: "400", error: "InvalidKey", message }, { status: 400 });
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.clone().json();
  } catch {
    return null;
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsOf) : [];
}

export class FileStorage implements StorageAdapter {
  driver = null;
  constructor(private readonly root: string) {}

  /** The file of an object. A key cannot name a file outside its bucket. */
  path(bucket: string, key: string): string {
    const home = join(this.root, bucket);
    const path = join(home, key);
    if (relative(this.root, home).startsWith("..") || relative(home, path).startsWith("..") || path === home) {
      throw new Deno.errors.NotFound(key);
    }
    if (key.split("/").every((name) => byteLength(name) <= MAX_NAME_BYTES)) return path;
    return join(home, `.long-${createHash("sha256").update(key).digest("hex")}`);
  }

  async getObject(
    bucket: string,
    key: string,
    version: string | undefined,
    headers?: { ifNoneMatch?: string; range?: string },
  ): Promise<Found> {
    const metadata = await this.headObject(bucket, key, version);
    if (headers?.ifNoneMatch === metadata.eTag) return { httpStatusCode: 304, metadata };
    const bytes = await Deno.readFile(this.path(bucket, key));
    const range = parseRange(headers?.range, bytes.length);
    const part = range ? bytes.slice(range.start, range.end + 1) : bytes;
    const contentRange = range ? `bytes ${range.start}-${range.end}/${bytes.length}` : undefined;
    return {
      httpStatusCode: range ? 206 : 200,
      metadata: { ...metadata, contentLength: part.length, contentRange },
      body: new Blob([part]),
    };
  }

  async uploadObject(
    bucket: string,
    key: string,
    _version: string | undefined,
    body: UploadBody,
    contentType: string,
    cacheControl: string,
  ): Promise<Metadata> {
    const bytes = await collect(body);
    const path = this.path(bucket, key);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
    return {
      cacheControl,
      contentLength: bytes.length,
      size: bytes.length,
      mimetype: contentType,
      lastModified: new Date(),
      eTag: await etag(bytes),
    };
  }

  async deleteObject(bucket: string, key: string): Promise<void> {
    try {
      await Deno.remove(this.path(bucket, key));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async deleteObjects(bucket: string, keys: string[]): Promise<void> {
    for (const key of keys) await this.deleteObject(bucket, key);
  }

  async copyObject(
    fromBucket: string,
    fromKey: string,
    _version: string | undefined,
    toBucket: string,
    toKey: string,
  ): Promise<Pick<Metadata, "httpStatusCode" | "eTag" | "lastModified">> {
    const target = this.path(toBucket, toKey);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(this.path(fromBucket, fromKey), target);
    const { eTag, lastModified } = await this.headObject(toBucket, toKey, undefined);
    return { httpStatusCode: 200, eTag, lastModified };
  }

  async headObject(bucket: string, key: string, _version: string | undefined): Promise<Metadata> {
    const bytes = await Deno.readFile(this.path(bucket, key));
    const info = await Deno.stat(this.path(bucket, key));
    return {
      cacheControl: "no-cache",
      contentLength: bytes.length,
      size: bytes.length,
      mimetype: "application/octet-stream",
      lastModified: info.mtime ?? new Date(),
      eTag: await etag(bytes),
    };
  }

  privateAssetUrl(bucket: string, key: string): Promise<string> {
    return Promise.resolve(`file://${this.path(bucket, key)}`);
  }
}
