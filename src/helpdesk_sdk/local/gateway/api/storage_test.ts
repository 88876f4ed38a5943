import { FileStorage, parseRange } from "./storage.ts";
import { equal } from "../testing.ts";

Deno.test("ranges are inclusive, open at either end, and cut to the file", () => {
  equal(parseRange("bytes=0-3", 10), { start: 0, end: 3 });
  equal(parseRange("bytes=8-99", 10), { start: 8, end: 9 });
  equal(parseRange("bytes=-2", 10), { start: 8, end: 9 });
  equal(parseRange("bytes=-", 10), null);
  equal(parseRange(undefined, 10), null);
});

Deno.test("a key cannot lead out of its bucket", () => {
  const storage = new FileStorage("/data/storage");
  equal(storage.path("bucket", "a/b.txt"), "/data/storage/bucket/a/b.txt");
  for (const [bucket, key] of [["bucket", "../other/x"], ["..", "x"], ["bucket", "a/../.."], ["bucket", ""]]) {
    let refused = false;
    try {
      storage.path(bucket!, key!);
    } catch {
      refused = true;
    }
    equal(refused, true, `${bucket}/${key}`);
  }
});
