/**
 * `/_stack/mails`: for programs a list as JSON, for a browser a page that shows the mails as a person would see them.
 *
 * The page holds no mail. It reads them with the key in its address (`#…`), which a browser never sends to a server; the
 * key reads mails and nothing else.
 */

import { createHmac } from "node:crypto";
import { json, restError } from "../api/responses.ts";
import { apiKey } from "../api/tokens.ts";
import type { Mailbox } from "./mailbox.ts";
import { PAGE, SCRIPT } from "./page.ts";

const PATH = /^\/_stack\/mails(?:\.js|\/([0-9a-f-]{36})(\/raw)?)?$/;
// A mail's frame has the policy of the page: no script, nothing from elsewhere, no images but its own.
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; " +
  "img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The key that reads the mails; `_supervisor.py` makes the same. */
export function mailsKey(secretKey: string): string {
  return createHmac("sha256", secretKey).update("mails").digest("hex").slice(0, 32);
}

/** The answer to a request for mails; null for other paths. */
export function mailsAnswer(request: Request, path: string, mailbox: Mailbox, secretKey: string): Response | null {
  const parts = path.match(PATH);
  if (!parts) return null;
  if (path.endsWith(".js")) return asset(SCRIPT, "text/javascript");
  const [, id, raw] = parts;
  const wantsPage = request.headers.get("accept")?.includes("text/html") ?? false;
  if (id === undefined && wantsPage && request.method === "GET") return asset(PAGE, "text/html");
  if (![secretKey, mailsKey(secretKey)].includes(apiKey(request) ?? "")) {
    return restError(401, "PGRST301", "The secret key is required");
  }
  if (request.method === "DELETE" && id === undefined) {
    mailbox.clear();
    return json(200, {});
  }
  if (request.method !== "GET") return restError(405, "PGRST117", "Unsupported HTTP method");
  if (id === undefined) return json(200, mailbox.list());
  if (!raw) return json(mailbox.find(id) ? 200 : 404, mailbox.find(id) ?? { message: "There is no such mail" });
  const bytes = mailbox.raw(id);
  if (!bytes) return json(404, { message: "There is no such mail" });
  const headers = { "content-type": "message/rfc822", "content-disposition": `attachment; filename="${id}.eml"` };
  return new Response(bytes, { headers: { ...headers, "x-content-type-options": "nosniff" } });
}

function asset(content: string, type: string): Response {
  return new Response(content, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}
