import { describe, expect, it } from "vitest";
import sql from "../../../../supabase/migrations/20261129000110_helpdesk_webhooks.sql?raw";
import {
  chosenTypes,
  type Delivery,
  DELIVERY_PAGE,
  EVENT_GROUPS,
  isMoving,
  namedTypes,
  placeBehind,
  rangeOf,
} from "./deliveries.ts";

const delivery = (given: Partial<Delivery>) => ({ delivery_id: "d", sequence: 1, state: "done", ...given }) as Delivery;

describe("the types of events that a webhook asks for", () => {
  it.each(EVENT_GROUPS)("has a group %s in the database", (group) => expect(sql).toContain(`('${group}.`));

  it.each([
    [["*"]],
    [["ticket.*", "note.*"]],
    [["message.*", "webhook.disabled", "field.*"]],
  ])("are the same after the form: %j", (types) => expect(namedTypes(chosenTypes(types))).toEqual(types));

  it("are read from a text with commas, blanks and lines, each once", () => {
    const others = " ticket.created,message.created\nticket.created ; team.* ";
    expect(namedTypes({ isAll: false, groups: ["team"], others })).toEqual([
      "team.*",
      "ticket.created",
      "message.created",
    ]);
  });

  it("are none when nothing is chosen", () => {
    expect(namedTypes({ isAll: false, groups: [], others: " , " })).toEqual([]);
  });
});

it("a full page has a place behind it, a shorter one is the last", () => {
  const page = Array.from(
    { length: DELIVERY_PAGE },
    (_, at) => delivery({ sequence: 100 - at, delivery_id: `d${at}` }),
  );
  expect(placeBehind(page)).toEqual({ sequence: 51, id: "d49" });
  expect(placeBehind(page.slice(1))).toBeNull();
  expect(placeBehind([])).toBeNull();
});

describe("a list is read again soon", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  it.each(
    [
      ["while something is being sent", { state: "leased" }, true],
      ["while something is due", { state: "queued", next_at: "2026-11-29T11:59:00Z" }, true],
      ["not while it waits for an attempt in an hour", { state: "queued", next_at: "2026-11-29T13:00:00Z" }, false],
      ["not while its webhook is off", { state: "queued", next_at: null }, false],
      ["not when all is over", { state: "dead" }, false],
    ] as const,
  )("%s", (_, given, wanted) => expect(isMoving([delivery({}), delivery(given)], now)).toBe(wanted));
});

describe("a range of times", () => {
  it("ends now without an end", () => {
    expect(rangeOf("2026-11-29T10:00", "")).toEqual({ since: new Date("2026-11-29T10:00").toISOString() });
  });
  it("is none without a beginning, or backwards", () => {
    expect(rangeOf("", "2026-11-29T10:00")).toBeNull();
    expect(rangeOf("2026-11-29T10:00", "2026-11-29T10:00")).toBeNull();
    expect(rangeOf("2026-11-29T10:00", "2026-11-29T10:01")?.until).toBeDefined();
  });
});
