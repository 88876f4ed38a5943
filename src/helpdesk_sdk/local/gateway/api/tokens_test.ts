import { SignJWT } from "jose";
import { equal } from "../testing.ts";
import { restTokenProblem, verify } from "./tokens.ts";

const SECRET = "a secret of at least thirty-two characters";
const KEYS = { publishable_key: "sb_publishable_x", secret_key: "sb_secret_x", jwt_secret: SECRET };

function sign(claims: Record<string, unknown>, secret = SECRET, expires = "1h"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}

async function refused(authorization: string): Promise<[number, string] | null> {
  const answer = await restTokenProblem(new Request("http://x/rest/v1/t", { headers: { authorization } }), KEYS);
  return answer && [answer.status, (await answer.json()).code];
}

Deno.test("a token of ours passes, and so do the keys", async () => {
  equal(await verify(await sign({ role: "authenticated" }), SECRET), { role: "authenticated" });
  equal(await refused(`Bearer ${await sign({ role: "authenticated" })}`), null);
  equal(await refused("Bearer sb_publishable_x"), null);
});

Deno.test("a token signed by somebody else is refused, whatever role it claims", async () => {
  equal(await refused(`Bearer ${await sign({ role: "service_role" }, "another secret of thirty-two characters")}`), [
    401,
    "PGRST301",
  ]);
});

Deno.test("an unsigned token is refused", async () => {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  equal(await refused(`Bearer ${part({ alg: "none" })}.${part({ role: "service_role" })}.x`), [401, "PGRST301"]);
  equal(await refused(`Bearer ${part({ alg: "none" })}.${part({ role: "service_role" })}.`), [401, "PGRST301"]);
});

Deno.test("an expired token says so", async () => {
  equal(await refused(`Bearer ${await sign({ role: "authenticated" }, SECRET, "-1h")}`), [401, "PGRST303"]);
});

Deno.test("what is no token is refused", async () => {
  equal(await refused("Bearer nonsense"), [401, "PGRST301"]);
  equal(await refused("Basic dXNlcjpwYXNz"), [401, "PGRST301"]);
});

Deno.test("a role that requests may not have is refused", async () => {
  equal(await refused(`Bearer ${await sign({ role: "postgres" })}`), [403, "42501"]);
});
