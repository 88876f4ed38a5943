import { type BudgetHolder, MemoryBudget } from "./memory_budget.ts";
import { Outbox, OutboxFlusher, type OutboxSocket } from "./outbox.ts";
import { assert, assertEquals } from "../testing.ts";

const KB = 1024;
const frame = (letter: string, kb = 100) => letter.repeat(kb * KB);
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A connection whose client reads when the test says so. */
class Line implements OutboxSocket, BudgetHolder {
  bufferedAmount = 0;
  sent = "";
  isGone = false;
  readonly outbox: Outbox;

  constructor(flusher = new OutboxFlusher(), memory = new MemoryBudget()) {
    this.outbox = new Outbox(this, flusher, memory, this);
  }

  evict(): void {
    this.isGone = true;
    this.outbox.drop();
  }

  send(frame: string | Uint8Array): void {
    this.bufferedAmount += frame.length;
    this.sent += (frame as string)[0];
  }

  read(): void {
    this.bufferedAmount = 0;
  }
}

Deno.test("a client that reads receives everything at once", () => {
  const line = new Line();
  for (let n = 0; n < 500; n++, line.read()) line.outbox.send(frame("x"));
  assertEquals([line.sent.length, line.outbox.isBehind], [500, false]);
});

Deno.test("the runtime receives little while the client does not read, and the client is evicted at the limit", () => {
  const line = new Line();
  for (let n = 0; n < 160; n++) line.outbox.send(frame("x"));
  assert(line.bufferedAmount <= 500 * KB, `${line.bufferedAmount} bytes were handed over`);
  assertEquals(line.isGone, false);
  for (let n = 0; n < 10 && !line.isGone; n++) line.outbox.send(frame("x"));
  assertEquals([line.isGone, line.outbox.isBehind], [true, false]);
});

Deno.test("a shared frame counts once, separate frames count each", () => {
  const [flusher, memory] = [new OutboxFlusher(), new MemoryBudget(4000 * KB)];
  const lines = Array.from({ length: 50 }, () => new Line(flusher, memory));
  for (let n = 0; n < 20; n++) {
    const [text, pending] = [frame("s"), { waiting: 0 }];
    for (const line of lines) line.outbox.send(text, pending);
  }
  assertEquals(lines.some((line) => line.isGone), false);
  const greedy = lines[7]!;
  for (let n = 0; n < 30; n++) greedy.outbox.send(frame("g"));
  assertEquals(lines.map((line, n) => line.isGone ? n : -1).filter((n) => n >= 0), [7]);
  for (const line of lines) line.outbox.drop();
});

Deno.test("waiting frames are sent later, in order", async () => {
  const flusher = new OutboxFlusher();
  const [slow, dead] = [new Line(flusher), new Line(flusher)];
  const letters = "abcdefghijklmnopqrstuvwxyz";
  for (const letter of letters) for (const line of [slow, dead]) line.outbox.send(frame(letter));
  assert(slow.sent.length < 10, slow.sent);
  for (let n = 0; n < 200 && slow.sent.length < letters.length; n++, await soon(1)) slow.read();
  assertEquals(slow.sent, letters);
  slow.read();
  await soon(50);
  slow.outbox.send("last");
  assertEquals([slow.sent, slow.outbox.isBehind, dead.outbox.isBehind], [`${letters}l`, false, true]);
  dead.outbox.drop();
  // The flusher stops when no outbox is behind.
  await soon(50);
});
