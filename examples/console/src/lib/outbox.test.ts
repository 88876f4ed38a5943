import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HelpdeskError } from "./errors.ts";
import { Outbox, type Outgoing } from "./outbox.ts";

const item: Outgoing = { id: "m1", ticketId: "t1", body: "Hello" };
const offline = new HelpdeskError({ message: "no connection" });
const moved = new HelpdeskError({ message: "moved", details: "helpdesk.conversation_moved", status: 409 });

describe("Outbox", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends at once without a wait", async () => {
    const send = vi.fn(() => Promise.resolve()), onSent = vi.fn();
    const outbox = new Outbox(send);
    outbox.add(item, 0, { onSent });
    expect(outbox.entries()[0]?.state).toBe("sending");
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledExactlyOnceWith(item);
    expect(onSent).toHaveBeenCalledExactlyOnceWith(item);
    expect(outbox.entries()).toEqual([]);
  });

  it("sends nothing that was taken back during the wait", async () => {
    const send = vi.fn(() => Promise.resolve());
    const outbox = new Outbox(send);
    outbox.add(item, 10);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(outbox.take("m1")).toEqual(item);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).not.toHaveBeenCalled();
    expect(outbox.entries()).toEqual([]);
  });

  it("sends nothing more in another person's name", async () => {
    const send = vi.fn(() => Promise.reject(offline)), onSent = vi.fn(), onRefused = vi.fn();
    const outbox = new Outbox(send);
    outbox.add(item, 0, { onSent, onRefused });
    outbox.add({ ...item, id: "m2" }, 10, { onSent, onRefused });
    await vi.advanceTimersByTimeAsync(500);
    outbox.forget();
    await vi.advanceTimersByTimeAsync(60_000);
    outbox.retryWaiting();
    expect(outbox.entries()).toEqual([]);
    expect(send).toHaveBeenCalledOnce();
    expect([onSent, onRefused].some((called) => called.mock.calls.length > 0)).toBe(false);
  });

  it("takes nothing back that is on its way", async () => {
    const outbox = new Outbox(() => new Promise(() => {}));
    outbox.add(item, 5);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(outbox.entries()[0]?.state).toBe("sending");
    expect(outbox.take("m1")).toBeNull();
  });

  it("tries again by itself while there is no connection, with the same id", async () => {
    const send = vi.fn().mockRejectedValueOnce(offline).mockRejectedValueOnce(offline).mockResolvedValue(null);
    const outbox = new Outbox(send);
    outbox.add(item, 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.entries()[0]).toMatchObject({ state: "waiting", problem: offline });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send.mock.calls).toEqual([[item], [item], [item]]);
    expect(outbox.entries()).toEqual([]);
  });

  it("tries at once when the connection is back", async () => {
    const send = vi.fn().mockRejectedValueOnce(offline).mockResolvedValue(null);
    const outbox = new Outbox(send);
    outbox.add(item, 0);
    await vi.advanceTimersByTimeAsync(0);
    outbox.retryWaiting();
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(2);
    expect(outbox.entries()).toEqual([]);
  });

  it("keeps what was refused until the person decides", async () => {
    const send = vi.fn().mockRejectedValue(moved), onRefused = vi.fn();
    const outbox = new Outbox(send);
    outbox.add(item, 0, { onRefused });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).toHaveBeenCalledTimes(1);
    expect(onRefused).toHaveBeenCalledExactlyOnceWith(item, moved);
    expect(outbox.entries()[0]).toMatchObject({ state: "failed", problem: moved });
    expect(outbox.take("m1")).toEqual(item);
  });

  it("has the same array until something changes, and says when it does", async () => {
    const outbox = new Outbox(() => Promise.resolve()), listener = vi.fn();
    const stop = outbox.subscribe(listener);
    const before = outbox.entries();
    expect(outbox.entries()).toBe(before);
    outbox.add(item, 5);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(outbox.entries()).not.toBe(before);
    stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
