import { parseAuthBody } from "./auth_bodies.ts";
import { assertEquals } from "../testing.ts";

async function refusal(body: unknown): Promise<string | null> {
  const read = parseAuthBody(body);
  return read instanceof Response ? (await read.json()).error_code : null;
}

Deno.test("valid bodies pass unchanged, except for null fields", () => {
  const body = {
    email: "a@example.com",
    password: "long enough",
    data: { name: ["any", 1, null] },
    of_no_meaning: [1],
  };
  assertEquals(parseAuthBody(body), JSON.stringify(body));
  assertEquals(parseAuthBody({ email: null, data: null, email_confirm: false }), '{"email_confirm":false}');
});

Deno.test("a field of the wrong kind is refused by name", async () => {
  for (const body of [{ email: { a: 1 } }, { password: ["x"] }, { refresh_token: 5 }, { data: "x" }, { data: [] }]) {
    assertEquals(await refusal(body), "bad_json", JSON.stringify(body));
    const { msg } = await (parseAuthBody(body) as Response).json();
    assertEquals(msg.includes(Object.keys(body)[0]!), true, msg);
  }
  assertEquals(await refusal({ email_confirm: "yes" }), "bad_json");
});

Deno.test("a body that is not an object is refused", async () => {
  for (const body of [null, [], "text", 5, true]) assertEquals(await refusal(body), "bad_json", JSON.stringify(body));
});

Deno.test("an email address has at most 255 bytes", async () => {
  assertEquals(await refusal({ email: "a".repeat(244) + "@example.com" }), "validation_failed");
  assertEquals(await refusal({ email: "ä".repeat(122) + "@example.com" }), "validation_failed");
  assertEquals(await refusal({ email: "a".repeat(243) + "@example.com" }), null);
});

Deno.test("U+0000 is refused in every field", async () => {
  for (const data of [{ name: "a\0b" }, { deep: [{ "\0": 1 }] }]) assertEquals(await refusal({ data }), "bad_json");
});
