import { equal } from "../_helpdesk/testing.ts";
import { parseMail, TEXT_MAX } from "./mail_parser.ts";
import { multipart, read } from "./mail_testing.ts";

Deno.test("the text is the plain one, unless it is a stub beside the HTML", async () => {
  const both = async (plain: string, html: string) =>
    (await read(multipart("alternative", `Content-Type: text/plain\n\n${plain}`, `Content-Type: text/html\n\n${html}`)))
      .text;
  equal(await both("A text that is long enough.", "<p>Another.</p>"), "A text that is long enough.");
  equal(await both("See HTML", "<p>The whole text.</p>"), "The whole text.");
  equal(
    await both("Your program cannot display HTML mails, sorry.", `<p>${"The whole text. ".repeat(5)}</p>`),
    "The whole text. ".repeat(5).trim(),
  );
  equal(await both("Thanks!", "<p></p>"), "Thanks!");
  equal((await read("\nOnly this.")).text, "Only this.");
});

Deno.test("texts between pictures follow one another", async () => {
  const mail = await read(multipart("mixed", "\nOne.", "Content-Type: image/png\n\nx", "\nTwo."));
  equal([mail.text, mail.html, mail.attachments.length], ["One.\nTwo.", null, 1]);
  const mixed = await read(multipart("mixed", "\nOne <b>.", "Content-Type: text/html\n\n<p>Two.</p>"));
  equal([mixed.text, mixed.html], ["One <b>.\n\nTwo.", "<pre>One &lt;b&gt;.</pre>\n<p>Two.</p>"]);
});

Deno.test("where the quote begins is counted in characters, not in halves of them", async () => {
  const mail = await read(
    "Content-Type: text/plain; charset=utf-8\n\n😀😀 yes, it works\n\nOn 29.11.2026 Anna wrote:\n> no\n",
  );
  equal([...mail.text].slice(0, mail.trimmed_from!).join(""), "😀😀 yes, it works\n\n");
});

Deno.test("the author: two headers are nobody, two mailboxes are two", async () => {
  equal((await read("From: b@b.example\n\nx")).from, []);
  equal((await read("\nx", "From: a@b.example, c@d.example\n")).from.length, 2);
  equal((await read("\nx", "Sender: a@b.example\n")).sender, "a@b.example");
});

Deno.test("the hash is that of the content: other hops and another order of headers are the same mail", async () => {
  const first = await read("Received: from a by b\n\nThe text.\r\n");
  const again = await read("X-Other: 1\nReceived: from c by d\nReceived: from a by b\n\nThe text.\n\n");
  equal([first.content_sha256 === again.content_sha256, again.headers.received_count], [true, 2]);
  equal((await read("\nThe Text.")).content_sha256 === first.content_sha256, false);
});

Deno.test("the hash has the HTML: two mails whose text is the same are two, however their lines are wrapped", async () => {
  const html = (body: string) => read(`Content-Type: text/html\n\n${body}`);
  const [first, wrapped, other] = await Promise.all([
    html('<p>Hello</p> <img src="https://a.example/1">'),
    html('<p>Hello</p>\n  <img\r\nsrc="https://a.example/1">'),
    html('<p>Hello</p> <img src="https://a.example/2">'),
  ]);
  equal([first.text === other.text, first.content_sha256 === other.content_sha256], [true, false]);
  equal(first.content_sha256 === wrapped.content_sha256, true);
});

Deno.test("long texts are cut, and the mail says so", async () => {
  const long = await read(`\n${"😀 ".repeat(TEXT_MAX)}`);
  equal([[...long.text].length, long.flags], [TEXT_MAX, ["shortened"]]);
  const html = await read(`Content-Type: text/html\n\n<p>yes</p>${"<i></i>".repeat(90_000)}`);
  equal([html.text, html.html!.length, html.flags], ["yes", TEXT_MAX, ["html_shortened"]]);
});

Deno.test("a provider's verdict comes before the mail's own headers", async () => {
  const raw = new TextEncoder().encode("From: a@b.example\n\nx");
  equal((await parseMail(raw)).mail.verdict, { result: "none", source: "headers", detail: "" });
  const verdict = { result: "fail", source: "ses", detail: "dmarc" } as const;
  equal((await parseMail(raw, [], verdict)).mail.verdict, verdict);
});

Deno.test("any mail of a megabyte takes time in proportion to its length", async () => {
  const pieces = [
    "x",
    "\n",
    "=",
    ">",
    "<",
    "&",
    "\0",
    "é",
    "<table>",
    "a@b ",
    "=?utf-8?Q?",
    "On 1 wrote:\n",
    "From: a\n",
    "--b\n",
  ];
  const types = ["text/plain", "text/html", "multipart/mixed; boundary=b\nContent-Transfer-Encoding: quoted-printable"];
  for (const [index, piece] of pieces.entries()) {
    const body = piece.repeat(Math.ceil(1_000_000 / piece.length));
    // Marks of quotes in each kind; the others in turns.
    for (const type of piece.endsWith("\n") ? types : [types[index % types.length]]) {
      equal((await read(`Content-Type: ${type}\n\n${body}`)).from.length, 1);
    }
  }
});
