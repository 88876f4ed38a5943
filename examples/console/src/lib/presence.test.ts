import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { othersOf, SILENCE, TypingSign } from "./presence.ts";

const since = "2026-11-28T10:00:00Z";
const bo = { user_id: "b", name: "Bo", state: "viewing", since, presence_ref: "1" };

describe("othersOf", () => {
  it("shows each person once, typing in any window, without oneself", () => {
    const entries = [bo, { ...bo, state: "typing", kind: "note", presence_ref: "2" }, bo, { ...bo, user_id: "me" }];
    expect(othersOf(entries, "me", new Map(), 0)).toEqual([
      { user_id: "b", name: "Bo", state: "typing", kind: "note" },
    ]);
  });

  it("leaves out what has another shape", () => {
    const odd = [null, 3, {}, { ...bo, name: 7 }, { ...bo, state: "gone" }, { ...bo, name: "x".repeat(201) }];
    expect(othersOf(odd, "me", new Map(), 0)).toEqual([]);
  });

  it("ends typing after silence, and begins again with a new sign", () => {
    const seenAt = new Map<string, number>();
    const typing = { ...bo, state: "typing" };
    const state = (entry: unknown, now: number) => othersOf([entry], "me", seenAt, now)[0]?.state;
    expect(state(typing, 0)).toBe("typing");
    expect(state(typing, SILENCE - 1)).toBe("typing");
    expect(state(typing, SILENCE)).toBe("viewing");
    expect(state({ ...typing, presence_ref: "2" }, SILENCE)).toBe("typing");
    expect(seenAt.size).toBe(1);
  });
});

describe("TypingSign", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sends changes only, at most one in two seconds", () => {
    const send = vi.fn();
    const sign = new TypingSign(send);
    for (let key = 0; key < 20; key++) {
      sign.set("reply");
      vi.advanceTimersByTime(100);
    }
    expect(send.mock.calls).toEqual([["reply"]]);
    sign.set("note");
    sign.set(null);
    vi.advanceTimersByTime(2_000);
    expect(send.mock.calls).toEqual([["reply"], [null]]);
  });

  it("sends nothing for a change that was taken back", () => {
    const send = vi.fn();
    const sign = new TypingSign(send);
    sign.set("reply");
    vi.advanceTimersByTime(10);
    sign.set(null);
    sign.set("reply");
    vi.advanceTimersByTime(5_000);
    expect(send.mock.calls).toEqual([["reply"]]);
  });

  it("ends by itself after silence, and repeats itself before", () => {
    const send = vi.fn();
    const sign = new TypingSign(send);
    for (let second = 0; second < 25; second++) {
      sign.set("note");
      vi.advanceTimersByTime(1_000);
    }
    expect(send.mock.calls).toEqual([["note"], ["note"]]);
    vi.advanceTimersByTime(SILENCE);
    expect(send.mock.calls.at(-1)).toEqual([null]);
  });
});
