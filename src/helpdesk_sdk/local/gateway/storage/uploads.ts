/** Uploads: the caller's policies are asked first, then the bytes are streamed to a file, then the row is written. */

import { tooLarge, wrongType } from "./errors.ts";
import type { ObjectFiles } from "./files.ts";
import type { NewObject, Objects } from "./objects.ts";
import { admitsType, incomingFile } from "./upload_body.ts";

export interface Target {
  bucket: string;
  key: string;
  owner: string | null;
  upsert: boolean;
  /** Throws when the upload is not permitted. */
  probe: (object: NewObject) => Promise<void>;
}

/** Room for the other parts of a form. */
const FORM_BYTES = 2 * 1024 * 1024;

export class Uploads {
  constructor(
    private readonly objects: Objects,
    private readonly files: ObjectFiles,
    private readonly sizeLimit: number,
  ) {}

  /**
   * Store the body of a request and return the id of the object.
   *
   * @throws StorageError
   */
  async run(request: Request, target: Target): Promise<string> {
    const { bucket, key, owner, upsert } = target;
    const { file_size_limit, allowed_mime_types } = await this.objects.bucket(bucket);
    const limit = Math.min(Number(file_size_limit ?? Infinity), this.sizeLimit);
    const declared = Number(request.headers.get("content-length") ?? 0);
    if (declared > limit + FORM_BYTES) {
      await target.probe({ bucket, key, owner, metadata: null, userMetadata: null });
      throw tooLarge();
    }
    const file = await incomingFile(request);
    const { type, cacheControl, userMetadata } = file;
    await target.probe({ bucket, key, owner, metadata: { mimetype: type }, userMetadata });
    if (!admitsType(allowed_mime_types, type)) throw wrongType(type);
    const received = await this.files.receive(file.content, limit);
    const metadata = {
      eTag: received.etag,
      size: received.size,
      mimetype: type,
      cacheControl,
      lastModified: new Date().toISOString(),
      contentLength: received.size,
      httpStatusCode: 200,
    };
    try {
      const object = { bucket, key, owner, metadata, userMetadata };
      return await this.#put(object, upsert, (version) => this.files.keep(received, version));
    } finally {
      await this.files.discard(received.path);
    }
  }

  /**
   * Make a copy of a version an object of its own and return the object's id.
   *
   * @throws StorageError
   */
  async copy(from: string, object: NewObject, upsert: boolean): Promise<string> {
    return await this.#put(object, upsert, (version) => this.files.copy(from, version));
  }

  async #put(object: NewObject, upsert: boolean, keepFile: (version: string) => Promise<void>): Promise<string> {
    const version = crypto.randomUUID();
    try {
      const { id, replaced } = await this.objects.put(object, version, upsert, () => keepFile(version));
      await this.files.remove([replaced]);
      return id;
    } catch (error) {
      await this.files.remove([version]);
      throw error;
    }
  }
}
