import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { resumeUpload } from "./attachments.ts";

const { readState } = vi.hoisted(() => ({ readState: vi.fn<() => Promise<string | null>>() }));
vi.mock("./supabase.ts", () => ({
  client: () => ({ from: () => ({ select: () => ({ eq: () => null }) }) }),
  call: async () => {
    const state = await readState();
    return state === null ? [] : [{ state }];
  },
  connection: () => ({ url: "https://help.example.com", key: "k" }),
  credentials: () => Promise.resolve({}),
}));

const askForCheck = vi.fn();
const seconds = (many: number) => vi.advanceTimersByTimeAsync(many * 1000);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", askForCheck.mockReset().mockRejectedValue(new TypeError("no answer")));
  readState.mockReset().mockResolvedValue("uploaded");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks for no check of a file that was checked, or is gone", async () => {
  for (const state of ["clean", "rejected", null]) {
    readState.mockResolvedValue(state);
    expect((await resumeUpload("f"))?.state ?? null).toBe(state);
  }
  expect(askForCheck).not.toHaveBeenCalled();
});

it("asks for a check that a reload has ended, and again until the file is checked", async () => {
  expect(await resumeUpload("f")).toMatchObject({ state: "uploaded" });
  expect(askForCheck).toHaveBeenCalledTimes(1);
  await seconds(2);
  expect(askForCheck).toHaveBeenCalledTimes(2);
  readState.mockRejectedValueOnce(new Error("offline"));
  await seconds(10);
  expect(askForCheck).toHaveBeenCalledTimes(3);
  readState.mockResolvedValue("clean");
  await seconds(600);
  expect(askForCheck).toHaveBeenCalledTimes(4);
  expect(askForCheck.mock.calls[3]).toEqual([
    "https://help.example.com/functions/v1/check-attachment",
    expect.objectContaining({ method: "POST", body: JSON.stringify({ attachment_id: "f" }) }),
  ]);
});

it("asks no more for a file that was removed, and at last behind the 120 seconds of a lease", async () => {
  await resumeUpload("f");
  await seconds(121);
  const before = askForCheck.mock.calls.length;
  await seconds(3600);
  expect(askForCheck).toHaveBeenCalledTimes(before + 1);

  await resumeUpload("f");
  readState.mockResolvedValue(null);
  await seconds(3600);
  expect(askForCheck).toHaveBeenCalledTimes(before + 3);
});
