import { assert, assertEquals } from "../testing.ts";
import { Mailbox } from "./mailbox.ts";
import { mailsAnswer, mailsKey } from "./routes.ts";

const bytes = (text: string) => new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
const ENVELOPE = { from: "support@acme.example", to: ["carla@customer.example", "hidden@acme.example"] };
const MAIL = bytes(`From: =?utf-8?q?J=C3=B6rg?= <support@acme.example>
To: Carla <carla@customer.example>
Cc: dora@customer.example
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Hi</p><img src="cid:logo%40acme"><img src="cid:none">
--b
Content-Type: image/png
Content-ID: <logo@acme>
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=logo.png

cG5n
--b--
`);

Deno.test("a mail is shown as a mail program shows it, with its own images", async () => {
  const mailbox = new Mailbox();
  await mailbox.addRaw(ENVELOPE, MAIL);
  const [listed] = mailbox.list();
  assertEquals(
    { ...listed, id: 0, sent_at: 0, text: 0 },
    {
      id: 0,
      source: "smtp",
      from: "Jörg <support@acme.example>",
      to: "Carla <carla@customer.example>, dora@customer.example",
      subject: "Grüße",
      text: 0,
      link: null,
      sent_at: 0,
    },
  );
  const mail = mailbox.find(listed!.id)!;
  assertEquals(mail.html!.trim(), '<p>Hi</p><img src="data:image/png;base64,cG5n"><img src="cid:none">');
  assertEquals(mail.envelope, ENVELOPE);
  assertEquals(mail.attachments, [{ file_name: "logo.png", content_type: "image/png", size: 3 }]);
  assertEquals(mailbox.raw(listed!.id), MAIL);
});

Deno.test("what is no mail is kept too", async () => {
  const mailbox = new Mailbox();
  await mailbox.addRaw(ENVELOPE, new Uint8Array(0));
  await mailbox.addRaw(ENVELOPE, bytes("no header at all"));
  await mailbox.addRaw(ENVELOPE, bytes(`Subject: x\n${"X-A: b\n".repeat(400_000)}\ny`));
  assertEquals(mailbox.list().length, 3);
  assert(mailbox.list()[2]!.subject.startsWith("(cannot be read:"), mailbox.list()[2]!.subject);
});

Deno.test("the newest mails are kept, by number and by size", async () => {
  const mailbox = new Mailbox();
  for (let number = 0; number < 205; number++) mailbox.addAuth(`${number}@x.example`, "s", "t", null);
  assertEquals([mailbox.list().length, mailbox.list()[0]!.to], [200, "5@x.example"]);
  const large = new Uint8Array(30 * 2 ** 20).fill(97);
  for (let number = 0; number < 3; number++) await mailbox.addRaw(ENVELOPE, large);
  assertEquals(mailbox.list().map(({ source }) => source), ["smtp", "smtp"]);
});

Deno.test("only the secret key and the key of the page read mails", async () => {
  const mailbox = new Mailbox();
  await mailbox.addRaw(ENVELOPE, MAIL);
  const id = mailbox.list()[0]!.id;
  const ask = (path: string, key?: string, accept = "*/*", method = "GET") => {
    const headers = new Headers(key === undefined ? { accept } : { accept, apikey: key });
    return mailsAnswer(new Request(`http://127.0.0.1${path}`, { headers, method }), path, mailbox, "sb_secret_x");
  };
  for (const path of ["/_stack/mails", `/_stack/mails/${id}`, `/_stack/mails/${id}/raw`]) {
    for (const key of [undefined, "", "sb_publishable_x", mailsKey("sb_secret_y")]) {
      assertEquals(ask(path, key)!.status, 401);
    }
    for (const key of ["sb_secret_x", mailsKey("sb_secret_x")]) assertEquals(ask(path, key)!.status, 200);
  }
  assertEquals(ask(`/_stack/mails/${crypto.randomUUID()}`, "sb_secret_x")!.status, 404);
  assertEquals(ask("/_stack/mails", "sb_secret_x", "*/*", "POST")!.status, 405);
  assertEquals(ask("/_stack/mails/../health", "sb_secret_x"), null);
  const page = ask("/_stack/mails", undefined, "text/html,*/*")!;
  assertEquals(page.status, 200);
  assert(!(await page.text()).includes("Grüße"), "the page holds a mail");
  assert(page.headers.get("content-security-policy")!.includes("script-src 'self'"), "no policy");
  assertEquals(ask("/_stack/mails.js")!.status, 200);
  assertEquals(ask("/_stack/mails", "sb_secret_x", "*/*", "DELETE")!.status, 200);
  assertEquals(mailbox.list().length, 0);
});
