import {
  type BroadcastPayload,
  decodeBinary,
  decodeText,
  encode,
  encodeReplay,
  jsonPayload,
  SharedFrame,
  versionOf,
} from "./frames.ts";
import { assert, assertEquals } from "../testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const binary: BroadcastPayload = { event: "b", encoding: "binary", bytes: Uint8Array.of(1, 2) };

/** A frame as a client writes it: a type, the lengths of the names, then the names and the payload. */
function clientFrame(type: number, names: string[], payload: Uint8Array, ...flags: number[]): Uint8Array {
  const encoded = names.map(bytes);
  return Uint8Array.from([
    type,
    ...encoded.map((name) => name.length),
    ...flags,
    ...encoded.flatMap((n) => [...n]),
    ...payload,
  ]);
}

Deno.test("versions are 1 and 2; the default is 1", () => {
  assertEquals([null, "", "1.0.0", "2.0.0", "3.0.0", "2", "x"].map(versionOf), [1, 1, 1, 2, null, null, null]);
});

Deno.test("a text object needs topic, event, payload and ref; join_ref may be absent", () => {
  const read = decodeText(1, '{"topic":"t","event":"e","payload":{"a":1},"ref":null}');
  assertEquals(read, { joinRef: null, ref: null, topic: "t", event: "e", payload: { a: 1 } });
  for (const missing of ["topic", "event", "payload", "ref"]) {
    const frame: Record<string, unknown> = { topic: "t", event: "e", payload: {}, ref: "1" };
    delete frame[missing];
    assertEquals(decodeText(1, JSON.stringify(frame)), null, missing);
  }
});

Deno.test("a frame of another version is invalid", () => {
  for (const text of ["", "{", "1", "null", "[]", '[null,"1","t","e",{}]']) {
    assertEquals(decodeText(1, text), null, text);
  }
  for (const text of ["{}", "[]", '[null,"1","t","e"]', '[null,1,"t","e",{}]']) {
    assertEquals(decodeText(2, text), null, text);
  }
  assertEquals(decodeText(2, '["j","1","t","e",{}]'), { joinRef: "j", ref: "1", topic: "t", event: "e", payload: {} });
});

Deno.test("version 1 always writes ref and never join_ref", () => {
  const frame = { joinRef: "j", topic: "t", event: "e", payload: {} };
  assertEquals(JSON.parse(encode(1, frame)), { topic: "t", event: "e", payload: {}, ref: null });
  assertEquals(JSON.parse(encode(2, frame)), ["j", null, "t", "e", {}]);
});

Deno.test("a client's binary broadcast keeps its payload unchanged", () => {
  const json = decodeBinary(clientFrame(3, ["j", "7", "realtime:ü", "ev", "{}"], bytes('{"a":1}'), 1));
  assertEquals([json!.joinRef, json!.ref, json!.topic, json!.event], ["j", "7", "realtime:ü", "broadcast"]);
  assertEquals([json!.broadcast!.event, json!.broadcast!.encoding, [...json!.broadcast!.bytes]], ["ev", "json", [
    ...bytes('{"a":1}'),
  ]]);
  const raw = decodeBinary(clientFrame(3, ["", "", "t", "ev", ""], Uint8Array.of(0, 255), 0));
  assertEquals([raw!.joinRef, raw!.ref, raw!.broadcast!.encoding, [...raw!.broadcast!.bytes]], [null, null, "binary", [
    0,
    255,
  ]]);
});

Deno.test("a client's binary push is decoded like a text frame", () => {
  const push = decodeBinary(clientFrame(0, ["j", "7", "t", "presence"], bytes('{"event":"track"}')));
  assertEquals(push, { joinRef: "j", ref: "7", topic: "t", event: "presence", payload: { event: "track" } });
});

Deno.test("a binary frame that ends early, has another type or contains no JSON is invalid", () => {
  const whole = clientFrame(3, ["j", "7", "topic", "ev", ""], new Uint8Array(), 0);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(decodeBinary(whole.subarray(0, length)), null, `${length}`);
  }
  assertEquals(decodeBinary(clientFrame(4, ["t", "e", ""], bytes("{}"), 1)), null);
  assertEquals(decodeBinary(clientFrame(3, ["", "", "t", "e", ""], bytes("{"), 1)), null);
  assertEquals(decodeBinary(clientFrame(3, ["", "", "t", "e", ""], Uint8Array.of(0x22, 0xff, 0x22), 1)), null);
});

Deno.test("a broadcast is binary for version 2 and text for version 1", () => {
  const shared = SharedFrame.broadcast("realtime:r", jsonPayload("ev", { a: 1 }), { id: "x" });
  assertEquals(JSON.parse(shared.forVersion(1) as string), {
    topic: "realtime:r",
    event: "broadcast",
    payload: { type: "broadcast", event: "ev", payload: { a: 1 }, meta: { id: "x" } },
    ref: null,
  });
  const frame = shared.forVersion(2) as Uint8Array;
  assertEquals([...frame.subarray(0, 5)], [4, 10, 2, 10, 1]);
  assertEquals(new TextDecoder().decode(frame.subarray(5)), 'realtime:rev{"id":"x"}{"a":1}');
});

Deno.test("binary payloads never reach version 1", () => {
  const shared = SharedFrame.broadcast("realtime:r", binary);
  assertEquals(shared.forVersion(1), null);
  assertEquals([...(shared.forVersion(2) as Uint8Array)], [4, 10, 1, 0, 0, ...bytes("realtime:rb"), 1, 2]);
});

Deno.test("a name too long for a binary frame is sent as text", () => {
  const topic = "realtime:" + "x".repeat(250);
  const frame = SharedFrame.broadcast(topic, jsonPayload("e", {})).forVersion(2);
  assertEquals(JSON.parse(frame as string), [null, null, topic, "broadcast", {
    type: "broadcast",
    event: "e",
    payload: {},
  }]);
  assertEquals(SharedFrame.broadcast(topic, binary).forVersion(2), null);
});

Deno.test("a replayed broadcast has the join's ref, except in a binary frame", () => {
  const meta = { replayed: true, id: "x" } as const;
  const text = encodeReplay(2, "t", jsonPayload("e", {}), meta, "j");
  assertEquals(JSON.parse(text as string), ["j", null, "t", "broadcast", {
    type: "broadcast",
    event: "e",
    payload: {},
    meta,
  }]);
  assertEquals(encodeReplay(1, "t", binary, meta, "j"), null);
  assert(encodeReplay(2, "t", binary, meta, "j") instanceof Uint8Array, "bytes stay bytes");
});

Deno.test("a shared frame is encoded once per version", () => {
  let times = 0;
  const shared = new SharedFrame((version) => (times++, version === 1 ? null : "x"));
  for (let i = 0; i < 3; i++) assertEquals([shared.forVersion(1), shared.forVersion(2)], [null, "x"]);
  assertEquals(times, 2);
});
