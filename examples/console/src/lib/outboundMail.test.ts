import { describe, expect, it } from "vitest";
import { fateOf, isOnItsWay, isTrouble, mailsByMessage, type OutboundMail } from "./outboundMail.ts";

const at = "2026-11-29T12:00:00Z";
function mail(given: Partial<OutboundMail>): OutboundMail {
  const none = { delivered_at: null, bounced_at: null, complained_at: null, message_id: "m1", created_at: at };
  return { ...none, kind: "reply", state: "sent", ...given } as OutboundMail;
}

describe("what became of a mail", () => {
  it.each(
    [
      [{}, "sent", false],
      [{ state: "queued" }, "queued", false],
      [{ delivered_at: at }, "delivered", false],
      [{ delivered_at: at, bounced_at: at }, "bounced", true],
      [{ bounced_at: at, complained_at: at }, "complained", true],
      [{ state: "unknown" }, "unknown", true],
      [{ state: "suppressed" }, "suppressed", true],
      [{ state: "cancelled" }, "cancelled", false],
    ] as const,
  )("%j is %s", (given, fate, isBad) => {
    expect(fateOf(mail(given))).toBe(fate);
    expect(isTrouble(fate)).toBe(isBad);
  });
});

it("belongs to its message, and automatic mails to none", () => {
  const mails = [mail({}), mail({ message_id: "m2" }), mail({}), mail({ kind: "notification" })];
  expect([...mailsByMessage(mails)].map(([id, of]) => [id, of.length])).toEqual([["m1", 2], ["m2", 1]]);
});

it("is watched for ten minutes while it waits", () => {
  const waiting = [mail({ state: "queued" })];
  expect(isOnItsWay(waiting, Date.parse(at) + 60_000)).toBe(true);
  expect(isOnItsWay(waiting, Date.parse(at) + 660_000)).toBe(false);
  expect(isOnItsWay([mail({})], Date.parse(at))).toBe(false);
});
