import { parseNotification, storedPayload } from "./database_feed.ts";
import { assertEquals } from "../testing.ts";

const id = "0199f1aa-6d0c-7c55-8f0e-2f8f1f1b7a01";
const head = { id, topic: "t", event: "e", private: true, inserted_at: "2026-01-01T00:00:00" };

Deno.test("a notification has a payload or asks to fetch it", () => {
  assertEquals(parseNotification(JSON.stringify({ ...head, payload: null }))?.payload, null);
  assertEquals(parseNotification(JSON.stringify({ ...head, fetch: true }))?.fetch, true);
  assertEquals(parseNotification(JSON.stringify(head)), null);
});

Deno.test("notifications of another format are ignored", () => {
  const forged = [{ id: 1 }, { id: "not-a-uuid" }, { inserted_at: "junk" }, { inserted_at: "2026-13-41T00:00:00" }];
  for (
    const text of [
      "",
      "{",
      "null",
      "1",
      "[]",
      "{}",
      ...forged.map((part) => JSON.stringify({ ...head, fetch: true, ...part })),
    ]
  ) {
    assertEquals(parseNotification(text), null, text);
  }
});

Deno.test("a stored payload is sent unchanged", () => {
  const text = storedPayload({ id: "i", event: "e", payload: '{"n": 12345678901234567890}', bytes: null });
  assertEquals([text.encoding, new TextDecoder().decode(text.bytes)], ["json", '{"n": 12345678901234567890}']);
  const lines = btoa("\x01\x02".repeat(60)).replace(/(.{76})/g, "$1\n");
  const binary = storedPayload({ id: "i", event: "e", payload: null, bytes: lines });
  assertEquals([binary.encoding, binary.bytes.length, binary.bytes[119]], ["binary", 120, 2]);
});
