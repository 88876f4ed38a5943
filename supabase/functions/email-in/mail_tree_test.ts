import { equal } from "../_helpdesk/testing.ts";
import { DEPTH_MAX, PARTS_MAX, readTree } from "./mail_tree.ts";
import { multipart, read } from "./mail_testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a mail with the line ends of an old Mac has a header", async () => {
  const mail = await read("", "From: a@b.example\rSubject: x\r\rOne\rtwo");
  equal([mail.from[0]?.address, mail.subject, mail.text], ["a@b.example", "x", "One\ntwo"]);
});

Deno.test("a bare CR in a header of another mail begins no header", async () => {
  const mail = await read("\nx", "From: a@b.example\r\nSubject: x\rFrom: evil@b.example\r\n");
  equal([mail.from, mail.subject], [[{ name: "", address: "a@b.example" }], "x From: evil@b.example"]);
});

Deno.test("a header in Latin-1 is repaired", async () => {
  const raw = Uint8Array.from([...bytes("From: J"), 0xf6, ...bytes("rg <j@a.example>\n\nü")]);
  const { root } = await readTree(raw);
  equal([root.headers[0]?.value, new TextDecoder().decode(root.bytes).trim()], ["Jörg <j@a.example>", "ü"]);
});

Deno.test("more parts and deeper ones than the limits are not read, and the mail says so", async () => {
  const many = await read(multipart("mixed", ...Array(20_000).fill("Content-Type: image/png\n\nx")));
  equal([many.flags, many.attachments.length <= PARTS_MAX], [["too_many_parts"], true]);
  let deep = "the text\n";
  for (let i = 0; i < 500; i++) deep = `Content-Type: multipart/mixed; boundary="b${i}"\n\n--b${i}\n${deep}`;
  equal((await read(deep)).flags, ["too_deep"]);
  let inner = "\nthe text";
  for (let i = 0; i < DEPTH_MAX - 2; i++) {
    inner = `Content-Type: multipart/mixed; boundary="b${i}x"\n\n--b${i}x\n${inner}\n--b${i}x--\n`;
  }
  equal((await read(inner)).text, "the text");
});

Deno.test("a header that is too large leaves what is at its beginning", async () => {
  const mail = await read(`${"X-Long: x\n".repeat(300_000)}\nbody`);
  equal([mail.from[0]?.address, mail.flags, mail.text], ["carla@customer.example", ["unreadable"], ""]);
});

Deno.test("no bytes are refused", async () => {
  for (
    const raw of [
      new Uint8Array(),
      Uint8Array.from([0, 255, 254]),
      bytes("\n\n\n"),
      bytes(":"),
      bytes("--b"),
      crypto.getRandomValues(new Uint8Array(50_000)),
    ]
  ) {
    equal((await readTree(raw)).root.parts.length, 0);
  }
});

Deno.test("a boundary that is named twice is the first one", async () => {
  const mail = await read(
    "Content-Type: multipart/mixed; boundary=x; boundary=y\n\n--x\n\nfirst\n--x--\n--y\n\nsecond\n--y--\n",
  );
  equal(mail.text, "first");
});
