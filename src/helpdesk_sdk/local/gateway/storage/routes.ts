/** The URLs of Storage's objects. */

export type Action =
  | "copy"
  | "delete-bucket"
  | "download"
  | "download-signed"
  | "empty-bucket"
  | "info"
  | "list"
  | "list-v2"
  | "move"
  | "remove"
  | "remove-many"
  | "sign"
  | "sign-many"
  | "sign-upload"
  | "upload"
  | "upload-signed";

/**
 * Who may call: `signed-in` with a valid key or token; `lenient` treats an invalid token as none; `public` and `signed`
 * URLs need neither.
 */
export type Access = "signed-in" | "lenient" | "public" | "signed";

export interface Route {
  action: Action;
  access: Access;
  /** The result of storage.operation() in policies. */
  operation: string;
  bucket: string | null;
  key: string | null;
}

type Pattern = [methods: string, path: RegExp, action: Action, access: Access, operation: string];

const OBJECT = "([^/]+)/([^]+)$";
const READ = "GET HEAD";

// The first pattern that fits decides.
const PATTERNS: Pattern[] = [
  [READ, at(`/object/public/${OBJECT}`), "download", "public", "storage.object.get_public"],
  [READ, at(`/object/sign/${OBJECT}`), "download-signed", "signed", "storage.object.get_signed"],
  ["GET", at(`/object/info/public/${OBJECT}`), "info", "public", "storage.object.get_public_info"],
  ["GET", at(`/object/info/authenticated/${OBJECT}`), "info", "signed-in", "object.get_authenticated_info"],
  ["GET", at(`/object/info/${OBJECT}`), "info", "lenient", "object.get_authenticated_info"],
  ["GET", at(`/object/authenticated/${OBJECT}`), "download", "signed-in", "storage.object.get_authenticated"],
  ["HEAD", at(`/object/authenticated/${OBJECT}`), "download", "signed-in", "object.head_authenticated_info"],
  ["GET", at(`/object/${OBJECT}`), "download", "lenient", "storage.object.get_authenticated"],
  ["HEAD", at(`/object/${OBJECT}`), "download", "lenient", "object.head_authenticated_info"],
  ["POST", at(`/object/upload/sign/${OBJECT}`), "sign-upload", "signed-in", "storage.object.sign_upload_url"],
  ["PUT", at(`/object/upload/sign/${OBJECT}`), "upload-signed", "signed", "storage.object.upload_signed"],
  ["POST", at(`/object/sign/${OBJECT}`), "sign", "signed-in", "storage.object.sign"],
  ["POST", at("/object/sign/([^/]+)/?$"), "sign-many", "signed-in", "storage.object.sign_many"],
  ["POST", at("/object/list/([^/]+)/?$"), "list", "signed-in", "storage.object.list"],
  ["POST", at("/object/list-v2/([^/]+)/?$"), "list-v2", "signed-in", "storage.object.list_v2"],
  ["POST", at("/object/move/?$"), "move", "signed-in", "storage.object.move"],
  ["POST", at("/object/copy/?$"), "copy", "signed-in", "storage.object.copy"],
  ["POST", at(`/object/${OBJECT}`), "upload", "signed-in", "storage.object.upload"],
  ["PUT", at(`/object/${OBJECT}`), "upload", "signed-in", "storage.object.upload_update"],
  ["DELETE", at(`/object/${OBJECT}`), "remove", "signed-in", "storage.object.delete"],
  ["DELETE", at("/object/([^/]+)/?$"), "remove-many", "signed-in", "storage.object.delete_many"],
  ["POST", at("/bucket/([^/]+)/empty$"), "empty-bucket", "signed-in", "storage.bucket.empty"],
  ["DELETE", at("/bucket/([^/]+)$"), "delete-bucket", "signed-in", "storage.bucket.delete"],
];

function at(path: string): RegExp {
  return new RegExp(`^${path}`);
}

/** The route of a decoded path below `/storage/v1`; null when it is not about objects. */
export function findRoute(method: string, path: string): Route | null {
  for (const [methods, pattern, action, access, operation] of PATTERNS) {
    const match = methods.split(" ").includes(method) ? path.match(pattern) : null;
    if (match) return { action, access, operation, bucket: match[1] ?? null, key: match[2] ?? null };
  }
  return null;
}
