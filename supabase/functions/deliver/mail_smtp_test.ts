import { equal, failure } from "../_helpdesk/testing.ts";
import { SmtpTransport } from "./mail_smtp.ts";
import { FILE, mail, mailServer } from "./mail_testing.ts";

function transport(port: number, more: Partial<{ security: "starttls"; user: string; password: string }> = {}) {
  return new SmtpTransport({ host: "127.0.0.1", port, security: "none", user: "", password: "", ...more }, 2_000);
}

const begins = () => Promise.resolve();

Deno.test("a mail is handed over with the envelope and the headers that were meant", async () => {
  await using server = mailServer();
  let said: string[] = [];
  const found = await transport(server.port).send(mail({}, [FILE]), () => {
    said = [...server.said];
    return Promise.resolve();
  });
  equal([found.outcome, found.status, found.stampedId], ["done", 250, null]);
  // It begins once the server is there, and before anything of the mail is said.
  equal(said, ["EHLO acme.example"]);
  equal(server.said.slice(1, 4), ["MAIL FROM:<bounce+t@acme.example>", "RCPT TO:<carla@customer.example>", "DATA"]);
  const [raw] = server.mails;
  const head = raw!.split("\r\n\r\n")[0]!.replaceAll(/\r\n[ \t]+/g, " ");
  for (
    const line of [
      "From: =?UTF-8?Q?=C3=84nna_=28Acme=29?= <support@acme.example>",
      "To: Carla <carla@customer.example>",
      "Reply-To: Acme <reply+t@acme.example>",
      "Message-ID: <m.0123456789abcdef@acme.example>",
      "In-Reply-To: <q1@customer.example>",
      "References: <m.0123456789abcdef@acme.example> <q1@customer.example>",
      "Auto-Submitted: auto-replied",
      "X-Helpdesk-Installation: i1",
    ]
  ) if (!head.split("\r\n").includes(line)) throw new Error(`${line} is missing in\n${head}`);
  // A dot alone would end the mail.
  equal([raw!.includes("\r\n..\r\n"), raw!.includes(btoa("pdf"))], [true, true]);
});

Deno.test("no value becomes a header", async () => {
  await using server = mailServer();
  const subject = "Hi\r\nBcc: a@b.example\u2028 =?utf-8?q?x=0D=0ABcc:_c@d.example?=";
  const from = { name: '"a\r\nBcc: b@c.example" <x@y.example>,', address: "support@acme.example" };
  const file = { ...FILE, name: 'a"\r\nX-Evil: 1.pdf', type: "text/x\r\nX-Evil: 1" };
  equal((await transport(server.port).send(mail({ subject, from }, [file]), begins)).outcome, "done");
  equal(/^(bcc|x-evil):/im.test(server.mails[0]!), false);
  equal(/=\?utf-8\?q\?x=0D/i.test(server.mails[0]!), false);
  equal(server.said.filter((line) => line.startsWith("RCPT")), ["RCPT TO:<carla@customer.example>"]);
});

Deno.test("what the server answers decides", async () => {
  const answers: [string, string | null, string, number | null][] = [
    ["MAIL", "550 5.7.1 not you", "refused", 550],
    ["RCPT", "550 5.1.1 nobody", "refused", 550],
    ["RCPT", "451 later", "retry", 451],
    ["RCPT", "530 sign in", "retry", 530],
    ["DATA", "554 no", "refused", 554],
    ["DONE", "452 full", "retry", 452],
    ["DONE", "554 5.6.0 spam", "refused", 554],
    ["DATA", null, "retry", null],
    // The server has the mail, and did not say so.
    ["DONE", null, "unknown", null],
  ];
  for (const [command, answer, outcome, status] of answers) {
    await using server = mailServer((said) => said.startsWith(command) ? answer : "250 ok");
    const found = await transport(server.port).send(mail(), begins);
    equal([command, answer, found.outcome, found.status ?? null], [command, answer, outcome, status]);
  }
});

Deno.test("an id that the server gave the mail is kept", async () => {
  await using server = mailServer((said) => said === "DONE" ? "250 queued as <other@server.example>" : "250 ok");
  const found = await transport(server.port).send(mail(), begins);
  equal([found.stampedId, found.answer], ["<other@server.example>", "queued as <other@server.example>"]);
});

Deno.test("without a connection, TLS or a right password nothing begins, and the mail is sent later", async () => {
  let begun = 0;
  const count = () => Promise.resolve(void begun++);
  await using server = mailServer((said) => {
    if (said.startsWith("EHLO")) return "250-localhost\r\n250 AUTH PLAIN";
    return said.startsWith("AUTH") ? "535 wrong" : said === "STARTTLS" ? "454 no" : "250 ok";
  });
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close();
  equal((await transport(closed.addr.port).send(mail(), count)).outcome, "retry");
  equal((await transport(server.port, { security: "starttls" }).send(mail(), count)).outcome, "retry");
  const refused = await transport(server.port, { user: "u", password: "p" }).send(mail(), count);

  equal([refused.outcome, refused.status], ["retry", 535]);
  equal([begun, server.mails.length], [0, 0]);
});

Deno.test("nothing is sent when it may not begin", async () => {
  await using server = mailServer();
  await failure(RangeError, () => transport(server.port).send(mail(), () => Promise.reject(new RangeError())));
  equal(server.said.filter((line) => !/^(EHLO|QUIT)/.test(line)), []);
});
