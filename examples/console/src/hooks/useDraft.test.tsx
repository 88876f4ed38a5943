// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Draft, finishDraft, newDraft } from "../lib/drafts.ts";
import { useDraft } from "./useDraft.ts";

const { read, written } = vi.hoisted(() => ({
  read: new Map<string, (found: unknown) => void>(),
  written: new Map<string, Draft>(),
}));
vi.mock("../contexts/AuthContext.tsx", () => ({ useAuth: () => ({ me: { user_id: "u1" } }) }));
vi.mock("../lib/drafts.ts", async (original) => ({
  ...await original<typeof import("../lib/drafts.ts")>(),
  readDraft: ({ ticketId }: { ticketId: string }) => new Promise((found) => read.set(ticketId, found)),
  writeDraft: ({ ticketId }: { ticketId: string }, draft: Draft) => Promise.resolve(void written.set(ticketId, draft)),
}));

const open = () => renderHook(({ ticketId }) => useDraft(ticketId, "reply"), { initialProps: { ticketId: "t1" } });
const find = (ticketId: string, draft: Draft | null) => act(() => Promise.resolve(read.get(ticketId)!(draft)));
const kept = (text: string): Draft => ({ ...newDraft(), text, savedAt: 1 });

beforeEach(() => {
  vi.useFakeTimers();
  read.clear();
  written.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("shows at once what is typed before the kept draft is read, and keeps it", async () => {
  const { result } = open();
  for (const text of ["H", "He"]) act(() => result.current.change({ text }));
  const { id } = result.current.draft;
  expect(result.current).toMatchObject({ draft: { text: "He" }, isRead: false });
  await find("t1", null);
  expect(result.current).toMatchObject({ draft: { text: "He", id }, isRead: true });
  vi.advanceTimersByTime(300);
  expect(written.get("t1")).toMatchObject({ text: "He", id });
});

it("puts what was typed early behind the kept draft, whose id stays", async () => {
  const { result } = open();
  act(() => result.current.change({ text: "More." }));
  const found = kept("Dear Mei");
  await find("t1", found);
  expect(result.current.draft).toMatchObject({ id: found.id, text: "Dear Mei\n\nMore." });
  act(() => result.current.change((before) => ({ text: `${before.text}!` })));
  expect(result.current.draft.text).toBe("Dear Mei\n\nMore.!");
});

it("writes nothing when nothing was typed", async () => {
  const { result } = open();
  await find("t1", kept("Dear Mei"));
  expect(result.current.draft.text).toBe("Dear Mei");
  vi.advanceTimersByTime(1000);
  expect(written.size).toBe(0);
});

it("keeps what was typed early when the ticket is left before its draft is read", async () => {
  const { result, rerender } = open();
  act(() => result.current.change({ text: "More." }));
  rerender({ ticketId: "t2" });
  expect(result.current).toMatchObject({ draft: { text: "" }, isRead: false });
  await find("t1", kept("Dear Mei"));
  expect(written.get("t1")).toMatchObject({ text: "Dear Mei\n\nMore." });
  expect(result.current.draft.text).toBe("");
  await find("t2", kept("Dear Noa"));
  expect(result.current).toMatchObject({ draft: { text: "Dear Noa" }, isRead: true });
});

it("shows no draft that was sent while it was read", async () => {
  const { result } = open();
  await act(() => finishDraft({ userId: "u1", ticketId: "t1", kind: "reply" }).catch(() => {}));
  await find("t1", kept("sent"));
  expect(result.current).toMatchObject({ draft: { text: "" }, isRead: true });
});
