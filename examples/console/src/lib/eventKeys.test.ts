import { describe, expect, it } from "vitest";
import documented from "../../../../docs/events.md?raw";
import { ANNOUNCED_ONLY, isKnownType, keysOfAnnouncement, keysOfEvent, keysOfEvents } from "./eventKeys.ts";
import type { FeedEvent } from "./events.ts";

const types = [...documented.matchAll(/^### `([a-z_]+\.[a-z_]+)`$/gm)].map(([, type]) => type!);

function event(given: Partial<FeedEvent>): FeedEvent {
  return { cursor: "1.1", event_id: 1, type: "ticket.created", ticket_id: "t1", data: {}, ...given } as FeedEvent;
}

it("finds the types of docs/events.md", () => expect(types.length).toBeGreaterThan(50));

it.each(types)("knows %s", (type) => expect(isKnownType(type)).toBe(true));

describe("keysOfAnnouncement", () => {
  const announced = (type: string, ticket_id: string | null = null) =>
    keysOfAnnouncement({ cursor: "1.1", type, ticket_id, ticket_number: ticket_id ? 1 : null, changes_access: false });

  it("names a ticket that has left, and the lists that showed it", () => {
    expect(announced("ticket.transferred", "t1")).toEqual(expect.arrayContaining([["ticket", "t1"], ["tickets"]]));
  });

  it.each([
    ["field.option_added", ["fields"]],
    ["settings.changed", ["settings"]],
    ["article.published", ["article"]],
    ["team.updated", ["teams"]],
    ["view.created", ["views"]],
    ["assistant.exclusion_added", ["assistantSettings"]],
  ])("of %s names %j, which is also read after a lost connection", (type, name) => {
    expect(announced(type)).toContainEqual(name);
    expect(ANNOUNCED_ONLY).toContainEqual(name);
  });
});

describe("keysOfEvent", () => {
  it("names the ticket, its timeline and what lists show", () => {
    expect(keysOfEvent(event({ type: "ticket.status_changed" }))).toEqual([
      ["ticket", "t1"],
      ["timeline", "t1"],
      ["tickets"],
      ["counts"],
    ]);
  });

  it("leaves the lists alone when only the ticket's page shows the change", () => {
    expect(keysOfEvent(event({ type: "proposal.decided" }))).not.toContainEqual(["tickets"]);
  });

  it("leaves the conversation alone to which a message or a note comes", () => {
    expect(keysOfEvent(event({ type: "note.created" }))).toEqual([
      ["ticket", "t1"],
      ["timeline", "t1", "files"],
      ["timeline", "t1", "mails"],
    ]);
    expect(keysOfEvent(event({ type: "message.created" }))).not.toContainEqual(["timeline", "t1"]);
    expect(keysOfEvent(event({ type: "message.redacted" }))).toContainEqual(["timeline", "t1"]);
  });

  it("reads mails again of which a ticket's event says something, and what is set about mail", () => {
    const bounced = keysOfEvent(event({ type: "email.bounced" }));
    expect(bounced).toEqual([["ticket", "t1"], ["timeline", "t1"], ["mail"], ["trouble"]]);
    const all = [["mail"], ["health"], ["trouble"]];
    expect(keysOfEvent(event({ type: "email_channel.created", ticket_id: null }))).toEqual(all);
    expect(keysOfEvent(event({ type: "email.quarantined", ticket_id: null }))).toEqual(all);
  });

  it("leaves links and duplicates alone unless tickets come together or part", () => {
    expect(keysOfEvent(event({ type: "message.created" }))).not.toContainEqual(["relations", "t1"]);
    expect(keysOfEvent(event({ type: "ticket.linked" }))).toContainEqual(["relations", "t1"]);
  });

  it("names both tickets of a merge", () => {
    const changed = keysOfEvent(event({ type: "ticket.merged", data: { source_id: "t1", target_id: "t2" } }));
    expect(changed).toContainEqual(["ticket", "t2"]);
    expect(changed).toContainEqual(["timeline", "t2"]);
    expect(changed).toContainEqual(["relations", "t2"]);
  });

  it("names a ticket's proposals when somebody has written", () => {
    expect(keysOfEvent(event({ type: "message.created" }))).toContainEqual(["proposals", "t1"]);
  });

  it("names what an event without a ticket changes", () => {
    expect(keysOfEvent(event({ type: "user.invited", ticket_id: null }))).toEqual([["people"]]);
    expect(keysOfEvent(event({ type: "article.published", ticket_id: null, data: { article_id: "a1" } }))).toEqual([
      ["articles"],
      ["article", "a1"],
    ]);
  });

  it("refreshes the ticket and the lists for a type of a later version", () => {
    const changed = keysOfEvent(event({ type: "ticket.rated" }));
    expect(changed).toEqual([["ticket", "t1"], ["timeline", "t1"], ["relations", "t1"], ["tickets"]]);
    expect(keysOfEvent(event({ type: "rule.created", ticket_id: null }))).toEqual([]);
  });
});

it("names what several events changed once", () => {
  const changed = keysOfEvents([event({ type: "ticket.tagged" }), event({ type: "ticket.untagged" })]);
  expect(changed).toEqual([["ticket", "t1"], ["timeline", "t1"], ["tickets"]]);
});
