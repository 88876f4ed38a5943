import { equal } from "../_helpdesk/testing.ts";
import { decodeText, decodeWords } from "./mail_charset.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const utf8 = (text: string) => new TextEncoder().encode(text);
const read = (content: Uint8Array, label: string | null) => {
  const { text, isRepaired } = decodeText(content, label);
  return [text, isRepaired];
};

Deno.test("a charset that says what the bytes are is believed", () => {
  equal(read(utf8("grün"), "UTF-8"), ["grün", false]);
  equal(read(bytes(0xfc), "iso-8859-1"), ["ü", false]);
  equal(read(bytes(0x93, 0xfa), "cp932"), ["日", false]);
  equal(read(bytes(0xb0, 0xa1), "cp949"), ["가", false]);
  equal(read(bytes(0x84, 0xe1), "ibm850"), ["äß", false]);
  equal(read(bytes(0xe1), "cp437"), ["ß", false]);
  equal(read(utf8("Hi Mom -+Jjo--!"), "utf-7"), ["Hi Mom -☺-!", false]);
  equal(read(bytes(0, 1, 0xf6, 0), "utf-32be"), ["😀", false]);
  equal(read(utf8("plain"), null), ["plain", false]);
});

Deno.test("a charset that is wrong, unknown or missing is repaired, and the mail says so", () => {
  equal(read(bytes(0xfc), "1252"), ["ü", false]);
  equal(read(utf8("grün"), "iso-8859-1"), ["grün", true]);
  equal(read(utf8("grün"), "x-unknown"), ["grün", true]);
  equal(read(utf8("grün"), "us-ascii"), ["grün", true]);
  equal(read(bytes(0xfc), "utf-8"), ["ü", true]);
  equal(read(bytes(0xfc), "no such charset"), ["ü", true]);
  equal(read(bytes(0xfc), null), ["ü", true]);
  equal(read(bytes(0x1b, 0x24, 0x42, 0x46, 0x7c, 0x1b, 0x28, 0x42), null), ["日", false]);
  // A character that only the larger brother has; and one that broke in good text.
  equal(read(bytes(0x81, 0x30, 0x81, 0x30), "gb2312")[0], "\u0080");
  equal(read(Uint8Array.from([...utf8("größer "), 0xf0, 0x9f]), "utf-8"), ["größer \ufffd", true]);
});

Deno.test("no NUL, no half character, line ends of one kind", () => {
  equal(read(utf8("a\0b\r\nc\rd"), "utf-8"), ["a\ufffdb\nc\nd", false]);
  equal(decodeText(bytes(0xd8, 0x3d, 0, 0x41), "utf-16be").text.isWellFormed(), true);
});

Deno.test("encoded words", () => {
  const words = (value: string) => decodeWords(value).text;
  equal(words("=?utf-8?Q?Gr=C3=BCn_und?= =?utf-8?Q?_blau?= x"), "Grün und blau x");
  // One character in two words.
  equal(words("=?utf-8?B?w7w=?= =?utf-8?B?ww==?=\r\n =?utf-8?B?vA==?="), "üü");
  equal(words("=?iso-8859-1*de?q?=FC?="), "ü");
  equal(words("=?1252?Q?=FC?="), "ü");
  equal(words("=?utf-8?Q?not really"), "=?utf-8?Q?not really");
  equal(words("=?utf-8?B?%%%?="), "");
  equal(words("=?utf-8?Q?Hello World?="), "Hello World");
});

Deno.test("a header of many words takes time in proportion to its length", () => {
  equal(decodeWords("=?utf-8?Q?a?= ".repeat(20_000)).text.trim().length, 20_000);
  equal(decodeWords("=?utf-8?Q?".repeat(50_000)).text.length > 0, true);
  equal(decodeWords("=?".repeat(200_000)).text.length, 400_000);
});
