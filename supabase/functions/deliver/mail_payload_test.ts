import { equal, failure } from "../_helpdesk/testing.ts";
import { checkedAddress, InvalidMailError, mailOf, oneLine } from "./mail_payload.ts";
import { FILE, mail, PAYLOAD } from "./mail_testing.ts";

Deno.test("an address is one that every server reads the same way", async () => {
  equal(checkedAddress("Carla+x@Customer.EXAMPLE"), "Carla+x@customer.example");
  equal(checkedAddress("a@bücher.example"), "a@xn--bcher-kva.example");
  for (
    const wrong of [
      ...["", "a", "@b.example", "a@", "a@b", "a@b@c.example", "a b@c.example", '"a"@b.example', "ä@b.example"],
      ...["a..b@c.example", "a@b.example\r\nX: y", "a@b.example>", "a@[127.0.0.1]", "a@-b.example", "a@b.123"],
      ...["a@b.example/x", "a@ü.example:25", `${"a".repeat(65)}@b.example`],
    ]
  ) await failure(InvalidMailError, () => Promise.resolve().then(() => checkedAddress(wrong)));
});

Deno.test("what a header is made of is one line, without direction marks", () => {
  equal(oneLine("a\r\n b\u202e\u2028c\0d 👩‍💻"), "a b c d 👩‍💻");
});

Deno.test("a payload that is no mail, or has a value that is not allowed, is refused", async () => {
  for (
    const changes of [
      ...[{ message_id: "<a b@c>" }, { message_id: null }, { to: [] }, { to: "x" }, { text: 1 }, { from: null }],
      ...[{ in_reply_to: "x\r\ny" }, { references: ["<a>\n"] }, { automatic: "yes" }, { headers: { Bcc: "x" } }],
      ...[{ headers: { Precedence: "a\r\nb" } }, { installation: "a\nb" }, { envelope_from: "x" }],
      { to: Array.from({ length: 51 }, (_, n) => ({ address: `a${n}@b.example` })) },
    ]
  ) await failure(InvalidMailError, () => Promise.resolve().then(() => mailOf({ ...PAYLOAD, ...changes }, [])));
});

Deno.test("recipients are written once, references are few, and files have names that are safe", () => {
  const [to, twice] = [{ address: "a@b.example", name: "" }, { address: "a@B.example", name: "again" }];
  const many = Array.from({ length: 30 }, (_, n) => `<${n}@x.example>`);
  const names = ["../../etc/x", "", "a".repeat(300) + ".pdf", "m.eml"];
  const files = names.map((name) => ({ ...FILE, name, type: name === "m.eml" ? "message/rfc822" : FILE.type }));
  const found = mail({ to: [to, twice], cc: [twice], references: many, envelope_from: null }, files);
  equal([found.to.length, found.cc.length, found.envelopeFrom], [1, 0, "support@acme.example"]);
  const references = found.headers.find(([name]) => name === "References")![1].split(" ");
  equal([references.length, references[0], references[1]], [20, "<0@x.example>", "<11@x.example>"]);
  equal(found.files.map(({ name }) => name), ["x", "file", "a".repeat(146) + ".pdf", "m.eml"]);
  equal(found.files.at(-1)!.type, "application/octet-stream");
});
