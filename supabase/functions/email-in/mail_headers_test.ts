import { equal } from "../_helpdesk/testing.ts";
import { addressesIn, bareAddress, dateOf, idsIn, isAddress, oneLine } from "./mail_headers.ts";

const read = (...values: string[]) => addressesIn(values).addresses.map(({ name, address }) => `${name}|${address}`);

Deno.test("every mailbox is read, of groups too", () => {
  equal(read("Carla <c@a.example>, o@b.example"), ["Carla|c@a.example", "|o@b.example"]);
  equal(read("Team: Ann <ann@a.example>, bob@a.example;", "undisclosed-recipients:;"), [
    "Ann|ann@a.example",
    "|bob@a.example",
  ]);
  equal(read('"Desk, Support" <s@a.example>'), ["Desk, Support|s@a.example"]);
  equal(read("Doe, John <j@a.example>"), ["Doe, John|j@a.example"]);
  equal(read("jörg@bücher.example"), ["|jörg@bücher.example"]);
});

Deno.test("what stands in an encoded word is a name and never an address", () => {
  equal(read("=?utf-8?Q?Joe_<joe=40good.example>?= <eve@bad.example>"), ["Joe <joe@good.example>|eve@bad.example"]);
  equal(read("=?utf-8?Q?a=40good.example=2C_b?= <eve@bad.example>"), ["a@good.example, b|eve@bad.example"]);
  equal(read("<=?utf-8?Q?a=40good.example?=>"), []);
  equal(read('"=?utf-8?Q?J=C3=B6rg?=" <j@a.example>'), ["Jörg|j@a.example"]);
});

Deno.test("an address has exactly one @ and nothing that ends a line or turns text", () => {
  equal(read('"a@good.example"@bad.example'), []);
  equal(read("a@good.example@bad.example", "nobody", "", "<>", "@", "a@", "@b"), []);
  equal(read("Fabian <f@a.example"), ["Fabian|f@a.example"]);
  equal(read("<<f@a.example>>"), ["|f@a.example"]);
  equal(isAddress("a\nb@a.example"), false);
  equal(isAddress("a\u202eb@a.example"), false);
  equal(bareAddress("<a@b.example>"), "a@b.example");
  equal(bareAddress("<>"), null);
});

Deno.test("ids are what stands in brackets", () => {
  equal(idsIn(["<a@b> (said <c@d>), junk <e f> <> <g@h><i@j>"]), ["a@b", "c@d", "g@h", "i@j"]);
  equal(idsIn(["a@b"]), []);
});

Deno.test("a date that cannot be read is none", () => {
  equal(dateOf("Sun, 29 Nov 2026 10:15:30 +0100"), "2026-11-29T09:15:30+00:00");
  equal(dateOf("29 Nov 26 10:15 EST (a comment)"), "2026-11-29T15:15:00+00:00");
  equal(dateOf("Sun, 29-Nov-2026 10:15:30 GMT"), "2026-11-29T10:15:30+00:00");
  for (
    const odd of [
      "yesterday",
      "2026",
      "Sun, 31 Feb 2026 10:00:00 +0000",
      "29 Nov 2026 25:00:00 +0000",
      "",
      "x".repeat(200),
    ]
  ) {
    equal(dateOf(odd), null);
  }
  equal(dateOf(null), null);
});

Deno.test("a decoded header is one line", () => {
  equal(oneLine("One\r\nBcc: x\0\u2028\u202ey"), "One Bcc: x\ufffd y");
});

Deno.test("headers made to be slow are read in time", () => {
  equal(read("<".repeat(50_000) + "a@b.example"), []);
  equal(read("a@b.example, ".repeat(7_000)).length, 200);
  const begun = performance.now();
  const odd = Array(20).fill("x a@b.c,".repeat(12_500)) as string[];
  equal(addressesIn(odd).addresses, []);
  // Each would be looked for in the whole header: half a minute.
  equal(performance.now() - begun < 20_000, true);
  equal(read('"'.repeat(50_001)).length, 0);
  equal(read("(".repeat(50_000)).length, 0);
  equal(read(":;".repeat(25_000)).length, 0);
});
