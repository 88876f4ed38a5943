import { expect, test } from "vitest";
import { HelpdeskError } from "../../lib/errors.ts";
import { blockedState } from "./Blocked.tsx";

test.each([
  ["deactivated", { details: "helpdesk.inactive_user", status: 403 }],
  ["unconfirmed", { details: "helpdesk.no_profile", status: 403 }],
  ["notInstalled", { code: "PGRST202", status: 404 }],
  ["notInstalled", { code: "PGRST106", status: 406 }],
  ["wrongKey", { status: 401, message: "Invalid API key" }],
  ["noAnswer", { status: 0, message: "Failed to fetch" }],
  ["noAnswer", { status: 503 }],
  ["failed", { status: 401, message: "JWT expired" }],
  ["failed", { status: 500, code: "XX000" }],
])("the page says %s for %j", (state, given) => {
  expect(blockedState(new HelpdeskError({ message: "", ...given }))).toBe(state);
});
