import { expect, it } from "vitest";
import sql from "../../../../supabase/migrations/20261129000300_helpdesk_email_channels.sql?raw";
import { countWaiting, MAIL_PROVIDERS, splitList } from "./mail.ts";

it("offers the providers of the database", () => {
  const [, list = ""] = sql.match(/'provider', provider, ([^)]*)\)/u) ?? [];
  expect([...list.matchAll(/'(\w+)'/gu)].map(([, name]) => name)).toEqual([...MAIL_PROVIDERS]);
});

it("counts what waits by channel, and what has none yet", () => {
  const counts = countWaiting([
    { channel_id: "c1", outcome: "quarantined" },
    { channel_id: "c1", outcome: "failed" },
    { channel_id: null, outcome: null },
    { channel_id: "c1", outcome: "quarantined" },
  ]);
  expect(counts.get("c1")).toEqual({ waiting: 0, quarantined: 2, failed: 1 });
  expect(counts.get(null)).toEqual({ waiting: 1, quarantined: 0, failed: 0 });
  expect(counts.get("c2")).toBeUndefined();
});

it("reads a list from what people type", () => {
  expect(splitList(" MX.google.com, mx.example.com;\nmx.google.com ")).toEqual(["mx.google.com", "mx.example.com"]);
  expect(splitList(" ,; \n")).toEqual([]);
});
