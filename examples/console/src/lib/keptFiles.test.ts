import { beforeEach, expect, it, vi } from "vitest";

// A store in memory with the calls of idb-keyval, which can be forbidden.
const stored = new Map<string, unknown>();
let problem: Error | null = null;
const act = <T>(result: () => T) => problem ? Promise.reject(problem) : Promise.resolve(result());
vi.mock("idb-keyval", () => ({
  createStore: () => "store",
  set: (key: string, value: unknown) => act(() => void stored.set(key, value)),
  del: (key: string) => act(() => void stored.delete(key)),
  delMany: (names: string[]) => act(() => names.forEach((name) => stored.delete(name))),
  entries: () => act(() => [...stored]),
  keys: () => act(() => [...stored.keys()]),
}));
const { dropFile, dropFilesOf, keepFile, moveFiles, readKeptFiles } = await import("./keptFiles.ts");

const at = { userId: "u1", place: "new-request" };
const kept = (id: string) => ({ id, file: new File([id], `${id}.txt`) });
const names = async (place: string, userId = "u1") =>
  (await readKeptFiles({ userId, place })).map(({ file }) => file.name);

beforeEach(() => {
  stored.clear();
  problem = null;
});

it("keeps files of persons and places apart", async () => {
  expect(await keepFile(at, kept("a"))).toBe(true);
  await keepFile({ ...at, userId: "u2" }, kept("b"));
  await keepFile({ ...at, place: "new-request-2" }, kept("c"));
  expect(await names("new-request")).toEqual(["a.txt"]);
  await dropFile(at, "a");
  expect(await names("new-request")).toEqual([]);
  expect(stored.size).toBe(2);
});

it("moves files to the ticket that they belong to", async () => {
  await keepFile(at, kept("a"));
  await keepFile(at, kept("b"));
  await moveFiles(at, "t1");
  expect([await names("new-request"), await names("t1")]).toEqual([[], ["a.txt", "b.txt"]]);
});

it("removes all files of a person, and no others", async () => {
  await keepFile(at, kept("a"));
  await keepFile({ ...at, place: "t1" }, kept("b"));
  await keepFile({ ...at, userId: "u11" }, kept("c"));
  await dropFilesOf("u1");
  expect([...stored.keys()]).toEqual(["u11/new-request/c"]);
});

it("does without a storage", async () => {
  problem = new DOMException("not here", "SecurityError");
  expect(await keepFile(at, kept("a"))).toBe(false);
  expect(await readKeptFiles(at)).toEqual([]);
  await Promise.all([dropFile(at, "a"), dropFilesOf("u1"), moveFiles(at, "t1")]);
});
