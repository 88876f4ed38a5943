import { describe, expect, it, vi } from "vitest";
import { chooseFiles, Uploads } from "./uploads.ts";

const limits = { maxFiles: 10, maxBytes: 1000, types: ["image/png", "text/plain"] };
const file = (name: string, size: number, type = "image/png") => new File(["x".repeat(size)], name, { type });

describe("chooseFiles", () => {
  it("takes what fits", () => {
    const { taken, refused } = chooseFiles([file("a.png", 5), file("b.txt", 5, "")], 0, limits);
    expect(taken.map(({ name }) => name)).toEqual(["a.png", "b.txt"]);
    expect(refused).toEqual([]);
  });

  it("takes as many as a message has room for, and names the others", () => {
    const chosen = Array.from({ length: 200 }, (_, index) => file(`${index}.png`, 1));
    const { taken, refused } = chooseFiles(chosen, 3, limits);
    expect(taken).toHaveLength(7);
    expect(refused).toHaveLength(193);
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(["too_many"]));
  });

  it.each([
    ["a.png", 1001, "image/png", "too_large"],
    ["a.png", 0, "image/png", "empty"],
    ["a.exe", 5, "application/x-msdownload", "type"],
  ])("refuses %s of %d bytes (%s): %s", (name, size, type, reason) => {
    expect(chooseFiles([file(name, size, type)], 0, limits)).toEqual({ taken: [], refused: [{ reason, name }] });
  });
});

describe("Uploads", () => {
  const tick = () => new Promise((resolve) => setTimeout(resolve));

  it("uploads three at a time, each once", async () => {
    const uploads = new Uploads(), ends: (() => void)[] = [];
    const start = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    for (const id of ["a", "b", "c", "d"]) uploads.add(id, start);
    expect([...uploads.states().values()].map(({ state }) => state)).toEqual([
      "uploading",
      "uploading",
      "uploading",
      "waiting",
    ]);
    ends[0]!();
    await tick();
    expect(uploads.states().get("a")?.state).toBe("ready");
    expect(uploads.states().get("d")?.state).toBe("uploading");
    expect(start).toHaveBeenCalledTimes(4);
  });

  it("keeps a failed file until it is tried again", async () => {
    const uploads = new Uploads(), start = vi.fn().mockRejectedValueOnce(new Error("cut")).mockResolvedValue(undefined);
    uploads.add("a", start);
    await tick();
    expect(uploads.states().get("a")).toMatchObject({ state: "failed", problem: { message: "cut" } });
    expect(uploads.retry("a")).toBe(true);
    await tick();
    expect(uploads.states().get("a")?.state).toBe("ready");
    expect(uploads.retry("unknown")).toBe(false);
  });

  it("reports progress, and nothing of a file that was removed", async () => {
    const uploads = new Uploads();
    let report = (_share: number) => {}, end = () => {};
    uploads.add("a", (onProgress) => {
      report = onProgress;
      return new Promise((resolve) => end = resolve);
    });
    report(0.5);
    expect(uploads.states().get("a")?.share).toBe(0.5);
    uploads.forget("a");
    report(0.7);
    end();
    await tick();
    expect(uploads.states().size).toBe(0);
  });
});
