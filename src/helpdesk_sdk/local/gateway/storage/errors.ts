/** Errors in the format of Supabase Storage. */

/** A refused request. `status` is in the body; the HTTP status is 400, as on hosted, unless `http` says otherwise. */
export class StorageError extends Error {
  constructor(readonly status: number, readonly error: string, message: string, readonly http = 400) {
    super(message);
  }

  toResponse(headers: Record<string, string> = {}): Response {
    const body = { statusCode: String(this.status), error: this.error, message: this.message };
    return Response.json(body, { status: this.http, headers });
  }
}

export const bucketNotFound = () => new StorageError(404, "Bucket not found", "Bucket not found");
export const objectNotFound = () => new StorageError(404, "not_found", "Object not found");
export const alreadyExists = () => new StorageError(409, "Duplicate", "The resource already exists");
export const accessDenied = (message: string) => new StorageError(403, "Unauthorized", message);
export const invalidRequest = (message: string) => new StorageError(400, "InvalidRequest", message);
export const tooLarge = () =>
  new StorageError(413, "Payload too large", "The object exceeded the maximum allowed size");
export const wrongType = (type: string) =>
  new StorageError(415, "invalid_mime_type", `mime type ${type} is not supported`);

/** Storage's error for an error of PostgreSQL; other errors are returned unchanged. */
export function fromDatabase(error: unknown): unknown {
  const { code, message = "" } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || code.startsWith("08") || code.startsWith("57P")) {
    return error;
  }
  if (code.startsWith("22")) return invalidRequest(message);
  switch (code) {
    case "42501":
      return accessDenied(message);
    case "23505":
      return alreadyExists();
    case "23503":
      return new StorageError(404, "InvalidRequest", "The related resource does not exist");
    case "55P03":
      return new StorageError(423, "ResourceLocked", "The resource is locked");
    case "57014":
      return new StorageError(544, "DatabaseTimeout", "The connection to the database timed out", 544);
    default:
      return new StorageError(500, "DatabaseError", message, 500);
  }
}
