import { describe, expect, it } from "vitest";
import { canDecide, conditionsOf, quarantineFilter, toggled, type WaitingMail } from "./quarantine.ts";

const TEAM = "0b13dda8-2010-4dcb-aeab-bbbaf9e9e938";
const mail = (given: Partial<WaitingMail>): WaitingMail => ({
  inbound_id: "m1",
  from_address: "mei@example.com",
  subject: "Hello",
  ticket_id: null,
  ...given,
});

describe("quarantineFilter", () => {
  it("takes from the address of the page what it knows", () => {
    expect(quarantineFilter({ reason: "channel_per_hour", sender: " @Bomb.Example ", team: TEAM })).toEqual({
      reason: "channel_per_hour",
      sender: "bomb.example",
      team: TEAM,
    });
  });

  it.each([[{}], [{ reason: "token", sender: "", team: "Support" }], [{ sender: 17, reason: null, team: undefined }]])(
    "leaves out what it does not know: %j",
    (search) => expect(quarantineFilter(search)).toEqual({}),
  );
});

describe("conditionsOf", () => {
  const waits = ["outcome", "eq", "quarantined"];

  it("means an address, or all addresses of a domain", () => {
    expect(conditionsOf({ sender: "mei@example.com" })).toEqual([waits, ["from_address", "eq", "mei@example.com"]]);
    expect(conditionsOf({ sender: "example.com" })).toEqual([waits, ["from_address", "like", "%@example.com"]]);
  });

  it("takes no character of a domain for a wildcard", () => {
    expect(conditionsOf({ sender: "a_b%c\\" })[1]).toEqual(["from_address", "like", "%@a\\_b\\%c\\\\"]);
  });

  it("joins what is given", () => {
    expect(conditionsOf({ reason: "author_unknown", team: TEAM })).toEqual([
      waits,
      ["reason", "eq", "author_unknown"],
      ["team_id", "eq", TEAM],
    ]);
  });
});

it("knows which decisions a mail permits", () => {
  expect(canDecide(mail({}), "accept")).toBe(false);
  expect(canDecide(mail({ ticket_id: "t1" }), "accept")).toBe(true);
  expect(canDecide(mail({ from_address: null }), "ticket")).toBe(false);
  expect(canDecide(mail({ from_address: null }), "spam")).toBe(true);
});

it("takes a mail into a selection and out of it, and leaves the one before alone", () => {
  const before = new Map();
  const one = toggled(before, mail({}));
  expect([before.size, [...one.keys()], toggled(one, mail({})).size]).toEqual([0, ["m1"], 0]);
});
