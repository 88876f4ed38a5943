import { authBody } from "./auth_bodies.ts";
import { equal } from "../testing.ts";

async function refusal(body: unknown): Promise<string | null> {
  const read = authBody(body);
  return read instanceof Response ? (await read.json()).error_code : null;
}

Deno.test("ordinary bodies pass unchanged, save that null stands for nothing", () => {
  const body = {
    email: "a@example.com",
    password: "long enough",
    data: { name: ["any", 1, null] },
    of_no_meaning: [1],
  };
  equal(authBody(body), JSON.stringify(body));
  equal(authBody({ email: null, data: null, email_confirm: false }), '{"email_confirm":false}');
});

Deno.test("a field of the wrong kind is refused by name", async () => {
  for (const body of [{ email: { a: 1 } }, { password: ["x"] }, { refresh_token: 5 }, { data: "x" }, { data: [] }]) {
    equal(await refusal(body), "bad_json", JSON.stringify(body));
    const { msg } = await (authBody(body) as Response).json();
    equal(msg.includes(Object.keys(body)[0]!), true, msg);
  }
  equal(await refusal({ email_confirm: "yes" }), "bad_json");
});

Deno.test("what is no object is refused", async () => {
  for (const body of [null, [], "text", 5, true]) equal(await refusal(body), "bad_json", JSON.stringify(body));
});

Deno.test("an address has at most 255 bytes", async () => {
  equal(await refusal({ email: "a".repeat(244) + "@example.com" }), "validation_failed");
  equal(await refusal({ email: "ä".repeat(122) + "@example.com" }), "validation_failed");
  equal(await refusal({ email: "a".repeat(243) + "@example.com" }), null);
});

Deno.test("U+0000 is refused wherever it stands", async () => {
  for (const data of [{ name: "a\0b" }, { deep: [{ "\0": 1 }] }]) equal(await refusal({ data }), "bad_json");
});
