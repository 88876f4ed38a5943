import { expect, test } from "vitest";
import { compareSchema, SCHEMA } from "./versions.ts";

test.each([
  [SCHEMA, "same"],
  ["20261122000100", "older"],
  ["20270101000000", "newer"],
])("a database at %s is %s", (version, expected) => expect(compareSchema(version)).toBe(expected));
