/** What a link in a mail of Supabase Auth brings to the page. */
export type AuthLinkKind = "recovery" | "invite" | "signup" | "magiclink" | "email_change" | "email";
export type AuthLink =
  | { kind: AuthLinkKind; accessToken: string; refreshToken: string }
  | { kind: AuthLinkKind; tokenHash: string }
  | { code: string; message: string };

const KINDS: readonly string[] = ["recovery", "invite", "signup", "magiclink", "email_change", "email"];
const OURS = [
  "access_token",
  "refresh_token",
  "expires_in",
  "expires_at",
  "token_type",
  "provider_token",
  "provider_refresh_token",
  "type",
  "token_hash",
  "error",
  "error_code",
  "error_description",
  "sb",
];

/** The link in an address, and the address without it: tokens must not stay in the browser's history. */
export function readAuthLink(href: string): { link: AuthLink | null; href: string } {
  const url = new URL(href);
  const hash = new URLSearchParams(url.hash.slice(1));
  const find = (name: string) => hash.get(name) ?? url.searchParams.get(name);
  const link = linkIn(find);
  if (!link) return { link: null, href };
  for (const name of OURS) {
    url.searchParams.delete(name);
    hash.delete(name);
  }
  url.hash = hash.toString();
  return { link, href: url.href };
}

function linkIn(find: (name: string) => string | null): AuthLink | null {
  const type = find("type") ?? "";
  const kind = (KINDS.includes(type) ? type : "magiclink") as AuthLinkKind;
  const accessToken = find("access_token"), refreshToken = find("refresh_token"), tokenHash = find("token_hash");
  if (accessToken && refreshToken) return { kind, accessToken, refreshToken };
  if (tokenHash) return { kind, tokenHash };
  const code = find("error_code") ?? find("error");
  return code ? { code, message: find("error_description") ?? "" } : null;
}

/** Whom a link signs in, as its token says; null when only the server knows. */
export function personOfLink(link: AuthLink): { id: string; email: string } | null {
  if (!("accessToken" in link)) return null;
  try {
    const part = link.accessToken.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims.sub === "string" ? { id: claims.sub, email: String(claims.email ?? "") } : null;
  } catch {
    return null;
  }
}

/** Whether the person chooses a password next. */
export function needsPassword(link: AuthLink | null): boolean {
  return link !== null && "kind" in link && (link.kind === "recovery" || link.kind === "invite");
}

/** Take the link out of the address of this page. */
export function takeAuthLink(): AuthLink | null {
  const { link, href } = readAuthLink(location.href);
  if (link) history.replaceState(history.state, "", href);
  return link;
}

/** A path of this console to go to after the sign-in; null for anything else, such as another site. */
export function pathAfterSignIn(next: unknown): string | null {
  if (typeof next !== "string" || !/^\/(?![/\\])/.test(next)) return null;
  const url = new URL(next, "http://console.invalid");
  if (url.host !== "console.invalid" || /^\/sign-in\b/.test(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}
