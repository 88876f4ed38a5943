import { Mailbox } from "../mailbox/mailbox.ts";
import { Mails, withKnownType } from "./mails.ts";
import { assertEquals } from "../testing.ts";

const LINK = "http://127.0.0.1:3000/auth/v1/verify?token=abc&type=recovery&redirect_to=http%3A%2F%2F127.0.0.1%3A3000";

function message(number = 1) {
  return { to: `${number}@example.com`, subject: "Reset", text: `Open ${LINK} or type 123456`, html: "" };
}

Deno.test("a link leads to Auth, and then to the page that the request named", async () => {
  const mailbox = new Mailbox();
  const mails = new Mails(mailbox, () => "http://127.0.0.1:54321");
  const asked = new Request("http://x/auth/v1/recover?redirect_to=http%3A%2F%2F127.0.0.1%3A5173%2Fset-password");
  await mails.during(asked, () => mails.send(message()));
  await mails.during(new Request("http://x/auth/v1/recover"), () => mails.send(message()));
  const [first, second] = mailbox.list().map((mail) => new URL(mail.link!));
  assertEquals(first!.origin + first!.pathname, "http://127.0.0.1:54321/auth/v1/verify");
  assertEquals(first!.searchParams.get("token"), "abc");
  assertEquals(first!.searchParams.get("redirect_to"), "http://127.0.0.1:5173/set-password");
  assertEquals(second!.searchParams.get("redirect_to"), "http://127.0.0.1:3000");
  assertEquals(mailbox.list()[0]!.text, `Open ${first} or type 123456`);
});

Deno.test("requests at the same time keep their own pages", async () => {
  const mailbox = new Mailbox();
  const mails = new Mails(mailbox, () => "http://127.0.0.1:54321");
  await Promise.all(
    ["a", "b"].map((page) =>
      mails.during(new Request(`http://x/auth/v1/otp?redirect_to=http://127.0.0.1/${page}`), async () => {
        await new Promise((resolve) => setTimeout(resolve, page === "a" ? 5 : 1));
        await mails.send({ ...message(), to: page });
      })
    ),
  );
  for (const { to, link } of mailbox.list()) {
    assertEquals(new URL(link!).searchParams.get("redirect_to"), `http://127.0.0.1/${to}`);
  }
});

Deno.test("only the newest mails are kept, and a mail without a link has none", async () => {
  const mailbox = new Mailbox();
  const mails = new Mails(mailbox, () => "http://127.0.0.1:54321");
  for (let number = 0; number < 205; number++) await mails.send(message(number));
  await mails.send({ to: "a@example.com", subject: "Code", text: "123456" });
  assertEquals(mailbox.list().length, 200);
  assertEquals(mailbox.list()[0]!.to, "6@example.com");
  assertEquals(mailbox.list().at(-1)!.link, null);
});

Deno.test("a code of the type `email` is one that lite knows; other bodies stay", () => {
  assertEquals(JSON.parse(withKnownType('{"type":"email","token":"1"}')), { type: "magiclink", token: "1" });
  for (const body of ['{"type":"recovery","token":"1"}', "", "null", "[]", '"email"']) {
    assertEquals(withKnownType(body), body);
  }
});
