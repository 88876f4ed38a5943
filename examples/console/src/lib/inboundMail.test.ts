import { describe, expect, it } from "vitest";
import { evidenceRows, flagsOf, type InboundMail, mailsByEntry, splitQuoted, ticketIdsOf } from "./inboundMail.ts";

function mail(given: Partial<InboundMail>): InboundMail {
  const none = { post_id: null, note_id: null, ticket_id: null, from_name: null, sent_at: null, message_id: null };
  const rest = { outcome: "appended", flags: [], recipients: [], evidence: {}, source: "raw" };
  return { ...none, ...rest, received_at: "2026-11-29T08:00:00Z", from_address: "mei@example.com", ...given } as never;
}

describe("splitQuoted", () => {
  it("counts characters as the database does, not halves of them", () => {
    expect(splitQuoted("😀 yes\n> old", 6)).toEqual({ shown: "😀 yes\n", quoted: "> old" });
  });

  it.each([
    ["without a place", "text", null],
    ["when nothing comes before it", "\n> old", 1],
    ["when nothing comes behind it", "text ", 5],
    ["beyond the end, as after a redaction", "text", 40],
  ])("folds nothing %s", (_, text, from) => expect(splitQuoted(text, from)).toBeNull());
});

describe("mailsByEntry", () => {
  it("finds the mail of a message, a note and a description", () => {
    const [message, note, opened] = [
      mail({ post_id: "m1", ticket_id: "t1" }),
      mail({ note_id: "n1", ticket_id: "t1" }),
      mail({ outcome: "created", ticket_id: "t1" }),
    ];
    const found = mailsByEntry([message, note, opened, mail({ outcome: "quarantined", ticket_id: "t1" })]);
    expect([...found.keys()]).toEqual(["m1", "n1", "t1-description"]);
    expect(found.get("t1-description")).toBe(opened);
  });

  it("keeps the first of two mails of a ticket: the second names another delivery of it", () => {
    const [first, second] = [
      mail({ outcome: "created", ticket_id: "t1" }),
      mail({ outcome: "created", ticket_id: "t1" }),
    ];
    expect(mailsByEntry([first, second]).get("t1-description")).toBe(first);
  });
});

it("shows flags for readers, the worst first, and says which are warnings", () => {
  const flags = flagsOf(mail({ flags: ["list", "shortened", "subject_changed", "sender_not_verified", "list"] }));
  expect(flags).toEqual([
    { flag: "sender_not_verified", isWarning: true },
    { flag: "subject_changed", isWarning: true },
    { flag: "shortened", isWarning: false },
  ]);
});

describe("evidenceRows", () => {
  it("leaves out what the mail does not have", () => {
    expect(evidenceRows(mail({ evidence: { reply_to: [], sender: null, verdict: null } })).map(({ key }) => key))
      .toEqual(["from", "receivedAt", "source"]);
  });

  it("has the mail's own words, joined", () => {
    const rows = evidenceRows(mail({
      from_name: "Mei",
      recipients: ["support@desk.example", "sales@desk.example"],
      evidence: {
        verdict: { result: "pass", source: "postmark", detail: "" },
        envelope: { from: "bounce@example.com", to: ["support@desk.example"] },
      },
    }));
    expect(Object.fromEntries(rows.map(({ key, value }) => [key, value]))).toMatchObject({
      from: "Mei <mei@example.com>",
      recipients: "support@desk.example, sales@desk.example",
      envelopeFrom: "bounce@example.com",
      check: "postmark · pass",
    });
  });
});

it("collects the tickets of mails, each once", () => {
  const hits = [{ ticket_id: "t1", via: "token", refused: null }, { ticket_id: "t2", via: "references", refused: "x" }];
  expect(ticketIdsOf([mail({ ticket_id: "t1", evidence: { hits } }), mail({})])).toEqual(["t1", "t2"]);
});
