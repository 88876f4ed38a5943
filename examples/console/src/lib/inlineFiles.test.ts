import { expect, test } from "vitest";
import { nameOfFile } from "./inlineFiles.ts";

test.each([
  ["attachment:plan.png", "plan.png"],
  ["attachment:my%20plan.png", "my plan.png"],
  ["attachment:100%.png", "100%.png"],
  ["https://example.com/attachment:x", null],
  ["", null],
])("the file of %j is %j", (src, wanted) => expect(nameOfFile(src)).toBe(wanted));
