import { SignJWT } from "jose";
import { TokenError, verifyCredential } from "./credentials.ts";
import { assertEquals } from "../testing.ts";

const SECRET = "a secret of at least thirty-two characters";
const KEYS = { publishable_key: "sb_publishable_x", secret_key: "sb_secret_x", jwt_secret: SECRET };
const later = () => Math.floor(Date.now() / 1000) + 60;

function sign(claims: Record<string, unknown>, secret = SECRET, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

async function problem(token: string): Promise<string> {
  try {
    await verifyCredential(token, KEYS);
    return "none";
  } catch (error) {
    if (error instanceof TokenError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

Deno.test("the stack's keys have their roles", async () => {
  assertEquals((await verifyCredential("sb_publishable_x", KEYS)).claims.role, "anon");
  assertEquals((await verifyCredential("sb_secret_x", KEYS)).claims.role, "service_role");
  assertEquals(await problem("sb_publishable_y"), "MalformedJWT: The token provided is not a valid JWT");
});

Deno.test("a token yields all its claims, whatever its role and HMAC", async () => {
  const claims = { role: "somebody", sub: "me", exp: later(), extra: [1] };
  for (const alg of ["HS256", "HS384", "HS512"]) {
    assertEquals((await verifyCredential(await sign(claims, SECRET, alg), KEYS)).claims, claims, alg);
  }
});

Deno.test("a token may be encoded for a URL, or contain spaces", async () => {
  const token = await sign({ role: "anon", exp: later() });
  assertEquals(await problem(token.replaceAll(".", "%2E")), "none");
  assertEquals(await problem(` ${token}\n`), "none");
});

Deno.test("an invalid token has Realtime's error message", async () => {
  const required = "InvalidJWTToken: Fields `role` and `exp` are required in JWT";
  assertEquals(await problem(await sign({ role: "anon" })), required);
  assertEquals(await problem(await sign({ exp: later() })), required);
  assertEquals(
    await problem(await sign({ role: "anon", exp: 0 })),
    "InvalidJWTToken: Token expiration time is invalid",
  );
  assertEquals(
    await problem(await sign({ role: "anon", exp: later() }, "another secret of thirty-two characters")),
    "JwtSignatureError: Failed to validate JWT signature",
  );
  for (const token of ["", "x", "a.b.c", "%"]) {
    assertEquals(await problem(token), "MalformedJWT: The token provided is not a valid JWT", token);
  }
});

Deno.test("an expired token reports how long ago it expired", async () => {
  const over = await problem(await sign({ role: "anon", exp: later() - 70 }));
  assertEquals(/^InvalidJWTToken: Token has expired 1[01] seconds ago$/.test(over), true, over);
});
