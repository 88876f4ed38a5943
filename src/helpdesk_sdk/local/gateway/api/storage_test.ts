import { FileStorage, parseRange } from "./storage.ts";
import { assertEquals } from "../testing.ts";

Deno.test("ranges are inclusive, may be open at either end, and are cut to the file size", () => {
  assertEquals(parseRange("bytes=0-3", 10), { start: 0, end: 3 });
  assertEquals(parseRange("bytes=8-99", 10), { start: 8, end: 9 });
  assertEquals(parseRange("bytes=-2", 10), { start: 8, end: 9 });
  assertEquals(parseRange("bytes=-", 10), null);
  assertEquals(parseRange(undefined, 10), null);
});

Deno.test("a key cannot name a file outside its bucket", () => {
  const storage = new FileStorage("/data/storage");
  assertEquals(storage.path("bucket", "a/b.txt"), "/data/storage/bucket/a/b.txt");
  for (const [bucket, key] of [["bucket", "../other/x"], ["..", "x"], ["bucket", "a/../.."], ["bucket", ""]]) {
    let refused = false;
    try {
      storage.path(bucket!, key!);
    } catch {
      refused = true;
    }
    assertEquals(refused, true, `${bucket}/${key}`);
  }
});
