/**
 * The mails of Auth: kept in the mailbox and written to the log instead of being sent.
 *
 * Lite's links lead to the site, where nothing answers `/auth/v1/verify`, and then to the site's first page. As on
 * hosted, the links here lead to Auth, and then to the page that the request named in `redirect_to`.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { EmailDriver, EmailMessage } from "@supabase/lite";
import type { Mailbox } from "../mailbox/mailbox.ts";

const LINK = /https?:\/\/[^\s"'<>]*\/auth\/v1\/verify\?[^\s"'<>]*/g;

export class Mails implements EmailDriver {
  readonly #target = new AsyncLocalStorage<string | null>();

  /** `origin` returns the address at which Auth is served. */
  constructor(private readonly mailbox: Mailbox, private readonly origin: () => string) {}

  /** Serve a request that may send a mail. */
  during<T>(request: Request, serve: () => Promise<T>): Promise<T> {
    return this.#target.run(new URL(request.url).searchParams.get("redirect_to"), serve);
  }

  send({ to, subject, text = "" }: EmailMessage): Promise<void> {
    let link: string | null = null;
    const written = text.replace(LINK, (found) => link = this.#link(found));
    this.mailbox.addAuth(to, subject, written, link);
    console.error(`mail to ${to}: ${subject}\n${written}`);
    return Promise.resolve();
  }

  #link(found: string): string {
    const { pathname, search } = new URL(found);
    const link = new URL(pathname + search, this.origin());
    const target = this.#target.getStore();
    // An address that is not allowed is refused when the link is opened.
    if (target) link.searchParams.set("redirect_to", target);
    return link.href;
  }
}

/** The same body for lite, which does not have the type `email`: a code that was sent to an existing login. */
export function withKnownType(body: string): string {
  const parsed: unknown = body ? JSON.parse(body) : null;
  if (parsed === null || typeof parsed !== "object" || !("type" in parsed) || parsed.type !== "email") return body;
  return JSON.stringify({ ...parsed, type: "magiclink" });
}
