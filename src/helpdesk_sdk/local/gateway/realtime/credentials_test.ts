import { SignJWT } from "jose";
import { credential, TokenError } from "./credentials.ts";
import { equal } from "../testing.ts";

const SECRET = "a secret of at least thirty-two characters";
const KEYS = { publishable_key: "sb_publishable_x", secret_key: "sb_secret_x", jwt_secret: SECRET };
const later = () => Math.floor(Date.now() / 1000) + 60;

function sign(claims: Record<string, unknown>, secret = SECRET, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

async function problem(token: string): Promise<string> {
  try {
    await credential(token, KEYS);
    return "none";
  } catch (error) {
    if (error instanceof TokenError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

Deno.test("the stack's keys speak for their roles", async () => {
  equal((await credential("sb_publishable_x", KEYS)).claims.role, "anon");
  equal((await credential("sb_secret_x", KEYS)).claims.role, "service_role");
  equal(await problem("sb_publishable_y"), "MalformedJWT: The token provided is not a valid JWT");
});

Deno.test("a token gives all of its claims, whatever its role and HMAC", async () => {
  const claims = { role: "somebody", sub: "me", exp: later(), extra: [1] };
  for (const alg of ["HS256", "HS384", "HS512"]) {
    equal((await credential(await sign(claims, SECRET, alg), KEYS)).claims, claims, alg);
  }
});

Deno.test("a token may be encoded for a URL, or hold blanks", async () => {
  const token = await sign({ role: "anon", exp: later() });
  equal(await problem(token.replaceAll(".", "%2E")), "none");
  equal(await problem(` ${token}\n`), "none");
});

Deno.test("what is wrong with a token is told in Realtime's words", async () => {
  const required = "InvalidJWTToken: Fields `role` and `exp` are required in JWT";
  equal(await problem(await sign({ role: "anon" })), required);
  equal(await problem(await sign({ exp: later() })), required);
  equal(await problem(await sign({ role: "anon", exp: 0 })), "InvalidJWTToken: Token expiration time is invalid");
  equal(
    await problem(await sign({ role: "anon", exp: later() }, "another secret of thirty-two characters")),
    "JwtSignatureError: Failed to validate JWT signature",
  );
  for (const token of ["", "x", "a.b.c", "%"]) {
    equal(await problem(token), "MalformedJWT: The token provided is not a valid JWT", token);
  }
});

Deno.test("a token that has run out says for how long", async () => {
  const over = await problem(await sign({ role: "anon", exp: later() - 70 }));
  equal(/^InvalidJWTToken: Token has expired 1[01] seconds ago$/.test(over), true, over);
});
