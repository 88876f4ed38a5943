import { expect, test } from "vitest";
import { needsPassword, pathAfterSignIn, personOfLink, readAuthLink } from "./authLink.ts";

const PAGE = "https://help.example.com";

test("tokens are taken out of the address, and the rest of it stays", () => {
  const read = readAuthLink(
    `${PAGE}/requests?tab=done#access_token=a.b.c&refresh_token=r&expires_in=3600&token_type=bearer&type=recovery`,
  );
  expect(read.link).toEqual({ kind: "recovery", accessToken: "a.b.c", refreshToken: "r" });
  expect(read.href).toBe(`${PAGE}/requests?tab=done`);
  expect(needsPassword(read.link)).toBe(true);
});

test("a token hash from a mail template is a link, too", () => {
  const read = readAuthLink(`${PAGE}/?token_hash=pkce_x&type=invite`);
  expect(read.link).toEqual({ kind: "invite", tokenHash: "pkce_x" });
  expect(read.href).toBe(`${PAGE}/`);
});

test("a link that failed says why, once", () => {
  const read = readAuthLink(`${PAGE}/#error=access_denied&error_code=otp_expired&error_description=It+has+expired&sb=`);
  expect(read.link).toEqual({ code: "otp_expired", message: "It has expired" });
  expect(read.href).toBe(`${PAGE}/`);
  expect(needsPassword(read.link)).toBe(false);
});

test("whose link it is stands in its token", () => {
  const claims = btoa(JSON.stringify({ sub: "u1", email: "a@example.com" }));
  const link = (accessToken: string) => ({ kind: "magiclink", accessToken, refreshToken: "r" }) as const;
  expect(personOfLink(link(`h.${claims}.s`))).toEqual({ id: "u1", email: "a@example.com" });
  expect(personOfLink(link("no token"))).toBeNull();
  expect(personOfLink({ kind: "invite", tokenHash: "x" })).toBeNull();
});

test.each(["/", "/queue?q=status:open&type=recovery", "/help/1#section", "/#access_token=a"])(
  "%s is an address like any other",
  (path) => expect(readAuthLink(PAGE + path)).toEqual({ link: null, href: PAGE + path }),
);

test.each([
  ["/requests/1?tab=2#x", "/requests/1?tab=2#x"],
  ["//evil.example", null],
  ["/\\evil.example", null],
  ["https://evil.example/", null],
  ["javascript:alert(1)", null],
  ["/\t/evil.example", null],
  ["/sign-in?next=/", null],
  [undefined, null],
])("after the sign-in, %j leads to %j", (next, path) => expect(pathAfterSignIn(next)).toBe(path));
