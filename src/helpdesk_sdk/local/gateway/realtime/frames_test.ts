import {
  decodeBinary,
  decodeText,
  encode,
  jsonPayload,
  replayed,
  Shared,
  type UserPayload,
  versionOf,
} from "./frames.ts";
import { equal, truly } from "../testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const binary: UserPayload = { event: "b", encoding: "binary", bytes: Uint8Array.of(1, 2) };

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

Deno.test("versions are 1 and 2; without a word it is 1", () => {
  equal([null, "", "1.0.0", "2.0.0", "3.0.0", "2", "x"].map(versionOf), [1, 1, 1, 2, null, null, null]);
});

Deno.test("a text object needs topic, event, payload and ref; join_ref may be absent", () => {
  const read = decodeText(1, '{"topic":"t","event":"e","payload":{"a":1},"ref":null}');
  equal(read, { joinRef: null, ref: null, topic: "t", event: "e", payload: { a: 1 } });
  for (const missing of ["topic", "event", "payload", "ref"]) {
    const frame: Record<string, unknown> = { topic: "t", event: "e", payload: {}, ref: "1" };
    delete frame[missing];
    equal(decodeText(1, JSON.stringify(frame)), null, missing);
  }
});

Deno.test("what is no frame of the version is none", () => {
  for (const text of ["", "{", "1", "null", "[]", '[null,"1","t","e",{}]']) equal(decodeText(1, text), null, text);
  for (const text of ["{}", "[]", '[null,"1","t","e"]', '[null,1,"t","e",{}]']) equal(decodeText(2, text), null, text);
  equal(decodeText(2, '["j","1","t","e",{}]'), { joinRef: "j", ref: "1", topic: "t", event: "e", payload: {} });
});

Deno.test("version 1 always writes ref and never join_ref", () => {
  const frame = { joinRef: "j", topic: "t", event: "e", payload: {} };
  equal(JSON.parse(encode(1, frame)), { topic: "t", event: "e", payload: {}, ref: null });
  equal(JSON.parse(encode(2, frame)), ["j", null, "t", "e", {}]);
});

Deno.test("a client's binary broadcast keeps its payload as it came", () => {
  const json = decodeBinary(clientFrame(3, ["j", "7", "realtime:ü", "ev", "{}"], bytes('{"a":1}'), 1));
  equal([json!.joinRef, json!.ref, json!.topic, json!.event], ["j", "7", "realtime:ü", "broadcast"]);
  equal([json!.user!.event, json!.user!.encoding, [...json!.user!.bytes]], ["ev", "json", [...bytes('{"a":1}')]]);
  const raw = decodeBinary(clientFrame(3, ["", "", "t", "ev", ""], Uint8Array.of(0, 255), 0));
  equal([raw!.joinRef, raw!.ref, raw!.user!.encoding, [...raw!.user!.bytes]], [null, null, "binary", [0, 255]]);
});

Deno.test("a client's binary push is read like a text", () => {
  const push = decodeBinary(clientFrame(0, ["j", "7", "t", "presence"], bytes('{"event":"track"}')));
  equal(push, { joinRef: "j", ref: "7", topic: "t", event: "presence", payload: { event: "track" } });
});

Deno.test("a binary frame that ends early, is of another type or holds no JSON is none", () => {
  const whole = clientFrame(3, ["j", "7", "topic", "ev", ""], new Uint8Array(), 0);
  for (let length = 0; length < whole.length; length++) {
    equal(decodeBinary(whole.subarray(0, length)), null, `${length}`);
  }
  equal(decodeBinary(clientFrame(4, ["t", "e", ""], bytes("{}"), 1)), null);
  equal(decodeBinary(clientFrame(3, ["", "", "t", "e", ""], bytes("{"), 1)), null);
  equal(decodeBinary(clientFrame(3, ["", "", "t", "e", ""], Uint8Array.of(0x22, 0xff, 0x22), 1)), null);
});

Deno.test("a broadcast goes out as binary to version 2 and as text to version 1", () => {
  const shared = Shared.broadcast("realtime:r", jsonPayload("ev", { a: 1 }), { id: "x" });
  equal(JSON.parse(shared.as(1) as string), {
    topic: "realtime:r",
    event: "broadcast",
    payload: { type: "broadcast", event: "ev", payload: { a: 1 }, meta: { id: "x" } },
    ref: null,
  });
  const frame = shared.as(2) as Uint8Array;
  equal([...frame.subarray(0, 5)], [4, 10, 2, 10, 1]);
  equal(new TextDecoder().decode(frame.subarray(5)), 'realtime:rev{"id":"x"}{"a":1}');
});

Deno.test("bytes never reach version 1", () => {
  const shared = Shared.broadcast("realtime:r", binary);
  equal(shared.as(1), null);
  equal([...(shared.as(2) as Uint8Array)], [4, 10, 1, 0, 0, ...bytes("realtime:rb"), 1, 2]);
});

Deno.test("a name too long for a binary frame goes out as text", () => {
  const topic = "realtime:" + "x".repeat(250);
  const frame = Shared.broadcast(topic, jsonPayload("e", {})).as(2);
  equal(JSON.parse(frame as string), [null, null, topic, "broadcast", { type: "broadcast", event: "e", payload: {} }]);
  equal(Shared.broadcast(topic, binary).as(2), null);
});

Deno.test("a replayed broadcast carries its join's ref, where a frame has room for one", () => {
  const meta = { replayed: true, id: "x" } as const;
  const text = replayed(2, "t", jsonPayload("e", {}), meta, "j");
  equal(JSON.parse(text as string), ["j", null, "t", "broadcast", {
    type: "broadcast",
    event: "e",
    payload: {},
    meta,
  }]);
  equal(replayed(1, "t", binary, meta, "j"), null);
  truly(replayed(2, "t", binary, meta, "j") instanceof Uint8Array, "bytes stay bytes");
});

Deno.test("a frame for many is encoded once for each version", () => {
  let times = 0;
  const shared = new Shared((version) => (times++, version === 1 ? null : "x"));
  for (let i = 0; i < 3; i++) equal([shared.as(1), shared.as(2)], [null, "x"]);
  equal(times, 2);
});
