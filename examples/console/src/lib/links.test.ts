import { expect, test } from "vitest";
import { namesOtherHost } from "./links.ts";

test.each([
  ["https://bank.example/login", "evil.example", true],
  ["bank.example", "evil.example", true],
  ["go to bank.example", "evil.example", true],
  ["bank.example", "bank.example.evil.example", true],
  ["bank.example@evil.example", "evil.example", true],
  ["https://bank.example@evil.example/", "evil.example", true],
  ["b\u0430nk.example", "xn--bnk-7cd.example", true],
  ["https://bank.example/a", "bank.example", false],
  ["www.bank.example", "bank.example", false],
  ["BANK.example", "www.bank.example", false],
  ["bank.example:8443", "bank.example:8443", false],
  ["click here", "evil.example", false],
  ["Version 2.0", "evil.example", false],
])("%j that leads to %s: %j", (text, host, isOther) => expect(namesOtherHost(text, host)).toBe(isOther));
