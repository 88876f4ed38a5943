import { expect, it } from "vitest";
import { EventStreamReader } from "./eventStream.ts";

function read(...pieces: string[]): unknown[] {
  const events: unknown[] = [];
  const reader = new EventStreamReader((event, data) => events.push([event, data]));
  for (const piece of pieces) reader.add(piece);
  return events;
}

it("reads events that arrive in any pieces", () => {
  const text = 'event: run\ndata: {"run_id":"r"}\n\nevent: text\ndata: {"text":"Hello"}\n\n';
  const wanted = [["run", { run_id: "r" }], ["text", { text: "Hello" }]];
  expect(read(text)).toEqual(wanted);
  expect(read(...text)).toEqual(wanted);
});

it("leaves out comments and what has no end", () => {
  expect(read(": alive\n\n", "event: text\r\ndata: 1\r\n\r\n", "event: text\ndata: 2\n")).toEqual([["text", 1]]);
});

it("joins the lines of one event", () => {
  expect(read("event: text\ndata: [1,\ndata: 2]\n\n")).toEqual([["text", [1, 2]]]);
});
