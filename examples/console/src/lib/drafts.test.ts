import { beforeEach, expect, it, vi } from "vitest";

// A store in memory with the calls of idb-keyval, which can be full or forbidden.
const stored = new Map<string, unknown>();
let problem: Error | null = null;
const act = <T>(result: () => T) => problem ? Promise.reject(problem) : Promise.resolve(result());
vi.mock("idb-keyval", () => ({
  createStore: () => "store",
  get: (key: string) => act(() => structuredClone(stored.get(key))),
  set: (key: string, value: unknown) => act(() => void stored.set(key, structuredClone(value))),
  del: (key: string) => act(() => void stored.delete(key)),
  keys: () => act(() => [...stored.keys()]),
}));
const {
  deleteDraft,
  deleteDraftsOf,
  DraftStorageError,
  leaveDraft,
  listDrafts,
  mergeDraft,
  newDraft,
  readDraft,
  writeDraft,
} = await import(
  "./drafts.ts"
);

const key = { userId: "u1", ticketId: "t1", kind: "reply" } as const;

beforeEach(() => {
  stored.clear();
  problem = null;
});

it("keeps drafts of persons, tickets and kinds apart", async () => {
  const reply = { ...newDraft(), text: "Dear Ana" }, note = { ...newDraft(), text: "for us" };
  await writeDraft(key, reply);
  await writeDraft({ ...key, kind: "note" }, note);
  expect(await readDraft(key)).toEqual(reply);
  expect(await readDraft({ ...key, kind: "note" })).toEqual(note);
  expect(await readDraft({ ...key, ticketId: "t2" })).toBeNull();
  expect(await readDraft({ ...key, userId: "u2" })).toBeNull();
});

it("keeps no empty draft", async () => {
  await writeDraft(key, { ...newDraft(), text: "a" });
  await writeDraft(key, { ...newDraft(), text: " \n" });
  expect(stored.size).toBe(0);
});

it("lists and removes the drafts of one person", async () => {
  await writeDraft(key, { ...newDraft(), text: "a" });
  await writeDraft({ ...key, ticketId: "t2", kind: "note" }, { ...newDraft(), text: "b" });
  await writeDraft({ ...key, userId: "u2" }, { ...newDraft(), text: "c" });
  expect(await listDrafts("u1")).toEqual([{ ticketId: "t1", kind: "reply" }, { ticketId: "t2", kind: "note" }]);
  await deleteDraftsOf("u1");
  expect(await listDrafts("u1")).toEqual([]);
  expect(await listDrafts("u2")).toHaveLength(1);
});

it.each([
  [new DOMException("no room", "QuotaExceededError"), "full"],
  [new DOMException("not here", "SecurityError"), "forbidden"],
])("says that storage is %s, and keeps the draft on the page", async (cause, reason) => {
  problem = cause;
  const draft = { ...newDraft(), text: "still here" };
  const refused = await writeDraft(key, draft).catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(DraftStorageError);
  expect(refused).toHaveProperty("reason", reason);
  expect(await readDraft(key)).toEqual(draft);
  expect(await listDrafts("u1")).toEqual([{ ticketId: "t1", kind: "reply" }]);
  problem = null;
  await deleteDraft(key);
  expect(await readDraft(key)).toBeNull();
});

it("takes up what was left when the page went, until it is stored", async () => {
  const draft = { ...newDraft(), text: "half a sent" };
  const left = new Map<string, string>();
  const storage = {
    getItem: (name: string) => left.get(name) ?? null,
    setItem: (name: string, value: string) => {
      left.set(name, value);
      Object.defineProperty(storage, name, { value, enumerable: true, configurable: true });
    },
    removeItem: (name: string) => {
      left.delete(name);
      delete (storage as Record<string, unknown>)[name];
    },
  };
  vi.stubGlobal("localStorage", storage);
  leaveDraft(key, draft);
  expect(await readDraft(key)).toEqual(draft);
  expect(await listDrafts("u1")).toEqual([{ ticketId: "t1", kind: "reply" }]);
  await writeDraft(key, { ...draft, text: "half a sentence" });
  expect(left.size).toBe(0);
  leaveDraft(key, draft);
  leaveDraft(key, { ...draft, text: "" });
  expect(left.size).toBe(0);
  vi.unstubAllGlobals();
});

it("merges a kept draft and what was written before it was read", () => {
  const kept = {
    ...newDraft(),
    text: "Dear Mei",
    files: [{ id: "a", name: "a.txt", size: 1 }],
    form: { title: "Kettle", teamId: "t1", values: { color: "red", size: 1 } },
  };
  const file = { id: "b", name: "b.txt", size: 1 };
  expect(mergeDraft(kept, {})).toEqual(kept);
  expect(mergeDraft(kept, { text: "More.", files: [file], mentionAsked: true })).toEqual({
    ...kept,
    text: "Dear Mei\n\nMore.",
    files: [kept.files[0], file],
    mentionAsked: true,
  });
  expect(mergeDraft(kept, { form: { title: "Pot", values: { size: 2 } } }).form).toEqual({
    title: "Pot",
    teamId: "t1",
    values: { color: "red", size: 2 },
  });
  expect(mergeDraft(newDraft(), { text: " ", form: { title: "Pot" } })).toMatchObject({
    text: " ",
    form: { title: "Pot" },
  });
  expect(mergeDraft(kept, { id: "new" })).toEqual({ ...kept, id: "new" });
});
