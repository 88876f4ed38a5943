import { SignJWT } from "jose";
import { assertEquals } from "../testing.ts";
import { tokenProblem, verifyToken } from "./tokens.ts";

const SECRET = "a secret of at least thirty-two characters";
const KEYS = { publishable_key: "sb_publishable_x", secret_key: "sb_secret_x", jwt_secret: SECRET };

function sign(claims: Record<string, unknown>, secret = SECRET, expires = "1h"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}

async function refused(authorization: string): Promise<[number, string] | null> {
  const answer = await tokenProblem(new Request("http://x/rest/v1/t", { headers: { authorization } }), KEYS);
  return answer && [answer.status, (await answer.json()).code];
}

Deno.test("our own tokens and the keys pass", async () => {
  const verdict = await verifyToken(await sign({ role: "authenticated" }), SECRET);
  assertEquals("role" in verdict && [verdict.role, verdict.claims.role], ["authenticated", "authenticated"]);
  assertEquals(await refused(`Bearer ${await sign({ role: "authenticated" })}`), null);
  assertEquals(await refused("Bearer sb_publishable_x"), null);
});

Deno.test("a token with another signature is refused, whatever role it claims", async () => {
  assertEquals(
    await refused(`Bearer ${await sign({ role: "service_role" }, "another secret of thirty-two characters")}`),
    [
      401,
      "PGRST301",
    ],
  );
});

Deno.test("an unsigned token is refused", async () => {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  assertEquals(await refused(`Bearer ${part({ alg: "none" })}.${part({ role: "service_role" })}.x`), [401, "PGRST301"]);
  assertEquals(await refused(`Bearer ${part({ alg: "none" })}.${part({ role: "service_role" })}.`), [401, "PGRST301"]);
});

Deno.test("an expired token is reported as expired", async () => {
  assertEquals(await refused(`Bearer ${await sign({ role: "authenticated" }, SECRET, "-1h")}`), [401, "PGRST303"]);
});

Deno.test("a malformed token is refused", async () => {
  assertEquals(await refused("Bearer nonsense"), [401, "PGRST301"]);
  assertEquals(await refused("Basic dXNlcjpwYXNz"), [401, "PGRST301"]);
});

Deno.test("a role that requests may not use is refused", async () => {
  assertEquals(await refused(`Bearer ${await sign({ role: "postgres" })}`), [403, "42501"]);
});
