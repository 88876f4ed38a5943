import { expect, test } from "vitest";
import type { Attachment } from "../lib/models.ts";
import { findPicture } from "./usePicture.ts";

const file = (changes: Partial<Attachment> = {}) =>
  ({ file_name: "plan.png", content_type: "image/png", size: 10, state: "clean", ...changes }) as Attachment;

test.each<[string, Partial<Attachment>, boolean]>([
  ["a checked picture", {}, true],
  ["a picture of a helpdesk without checks", { state: "unchecked" }, true],
  ["another name", { file_name: "other.png" }, false],
  ["a picture with scripts", { content_type: "image/svg+xml" }, false],
  ["a page", { content_type: "text/html" }, false],
  ["a file under check", { state: "uploaded" }, false],
  ["a rejected file", { state: "rejected" }, false],
  ["a large picture", { size: 6 * 1024 * 1024 }, false],
])("%s", (_, changes, isShown) => {
  expect(findPicture([file(changes)], "plan.png") !== undefined).toBe(isShown);
});
