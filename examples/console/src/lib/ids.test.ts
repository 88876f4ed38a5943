import { expect, it } from "vitest";
import { newId } from "./ids.ts";

it("makes UUIDs of version 7 that sort by time", () => {
  const ids = [newId(Date.UTC(2026, 10, 29)), newId(Date.UTC(2026, 10, 30)), newId(Date.UTC(2027, 0, 1))];
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(newId(0)).not.toBe(newId(0));
});
