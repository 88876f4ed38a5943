/** The headers of every answer: one list for the local server and for the hosts that the build writes files for. */

/** Where the helpdesk may be when the build does not know yet. */
export const ANY_PROJECT = "https://*.supabase.co";

/** The policy for a helpdesk at `api`: nothing but the console's own files and that one helpdesk. */
export function contentSecurityPolicy(api: string): string {
  const socket = api.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob: ${api}`,
    "font-src 'self'",
    `connect-src 'self' ${api} ${socket}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}

/** Headers of every file. */
export function securityHeaders(api: string): Record<string, string> {
  return {
    "Content-Security-Policy": contentSecurityPolicy(api),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
  };
}

/** How long a file may be kept: names in /assets/ carry a hash of the content, all others stay the same. */
export function cacheControl(path: string): string {
  return path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

/** The ends of names that are files. Every other path is a page of the console, also when it has a dot. */
export const FILE_TYPES = [
  "css",
  "gif",
  "html",
  "ico",
  "jpeg",
  "jpg",
  "js",
  "json",
  "map",
  "mjs",
  "png",
  "svg",
  "txt",
  "webmanifest",
  "webp",
  "woff",
  "woff2",
  "yml",
];

/** Whether a path names a file, not a page. */
export function isFile(path: string): boolean {
  return FILE_TYPES.includes(path.slice(path.lastIndexOf("/") + 1).split(".").slice(1).at(-1) ?? "");
}
