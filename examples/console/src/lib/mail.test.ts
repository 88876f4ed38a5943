import { expect, it } from "vitest";
import sql from "../../../../supabase/migrations/20261129000300_helpdesk_email_channels.sql?raw";
import { isFailing, MAIL_PROVIDERS, splitList } from "./mail.ts";

it("offers the providers of the database", () => {
  const [, list = ""] = sql.match(/'provider', provider, ([^)]*)\)/u) ?? [];
  expect([...list.matchAll(/'(\w+)'/gu)].map(([, name]) => name)).toEqual([...MAIL_PROVIDERS]);
});

it.each([
  [{ problem: null, failed: 0 }, false],
  [{ problem: "no connection", failed: 0 }, true],
  [{ problem: null, failed: 2 }, true],
])("a mailbox with %j fails: %s", (given, wanted) => {
  expect(isFailing({ mailbox: "m", folder: "INBOX", checked_at: null, last_failure: null, ...given })).toBe(wanted);
});

it("reads a list from what people type", () => {
  expect(splitList(" MX.google.com, mx.example.com;\nmx.google.com ")).toEqual(["mx.google.com", "mx.example.com"]);
  expect(splitList(" ,; \n")).toEqual([]);
});
