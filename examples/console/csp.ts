/** The headers of every answer: one list for the local server and for the hosts that the build writes files for. */

/** Where the helpdesk may be when the build does not know yet. */
export const ANY_PROJECT = "https://*.supabase.co";

/**
 * The policy of every file, for a helpdesk at `api`. Scripts and connections: the console's own files and that one
 * helpdesk, nothing else. Hosts have one list of headers for all files, so that it permits what the frame of a mail
 * needs: styles within the document, and pictures of others. The console's page forbids these by `PAGE_POLICY`.
 */
export function contentSecurityPolicy(api: string): string {
  const socket = api.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob: https: http: ${api}`,
    "font-src 'self'",
    `connect-src 'self' ${api} ${socket}`,
    "manifest-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
    "object-src 'none'",
  ].join("; ");
}

/** What the console's page forbids besides: styles that are not in a file. `public/policy.js` adds pictures of others. */
export const PAGE_POLICY = "style-src 'self'";

/** Headers of every file. */
export function securityHeaders(api: string): Record<string, string> {
  return {
    "Content-Security-Policy": contentSecurityPolicy(api),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
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
