import { Backlog, type Holder } from "./memory_budget.ts";
import { Outbox, Pump, type Wire } from "./outbox.ts";
import { equal, truly } from "../testing.ts";

const KB = 1024;
const frame = (letter: string, kb = 100) => letter.repeat(kb * KB);
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A connection whose other side reads when it is told to. */
class Line implements Wire, Holder {
  bufferedAmount = 0;
  sent = "";
  isGone = false;
  readonly outbox: Outbox;

  constructor(pump = new Pump(), backlog = new Backlog()) {
    this.outbox = new Outbox(this, pump, backlog, this);
  }

  giveUp(): void {
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

Deno.test("who reads gets everything at once", () => {
  const line = new Line();
  for (let n = 0; n < 500; n++, line.read()) line.outbox.send(frame("x"));
  equal([line.sent.length, line.outbox.isBehind], [500, false]);
});

Deno.test("the runtime is given little of what nobody reads, and in the end nobody is waited for", () => {
  const line = new Line();
  for (let n = 0; n < 160; n++) line.outbox.send(frame("x"));
  truly(line.bufferedAmount <= 500 * KB, `${line.bufferedAmount} bytes were handed over`);
  equal(line.isGone, false);
  for (let n = 0; n < 10 && !line.isGone; n++) line.outbox.send(frame("x"));
  equal([line.isGone, line.outbox.isBehind], [true, false]);
});

Deno.test("a frame for many takes its bytes once; frames of their own take them each", () => {
  const [pump, backlog] = [new Pump(), new Backlog(4000 * KB)];
  const lines = Array.from({ length: 50 }, () => new Line(pump, backlog));
  for (let n = 0; n < 20; n++) {
    const [text, load] = [frame("s"), { waiting: 0 }];
    for (const line of lines) line.outbox.send(text, load);
  }
  equal(lines.some((line) => line.isGone), false);
  const greedy = lines[7]!;
  for (let n = 0; n < 30; n++) greedy.outbox.send(frame("g"));
  equal(lines.map((line, n) => line.isGone ? n : -1).filter((n) => n >= 0), [7]);
  for (const line of lines) line.outbox.drop();
});

Deno.test("what waited comes later, in its order", async () => {
  const pump = new Pump();
  const [slow, dead] = [new Line(pump), new Line(pump)];
  const letters = "abcdefghijklmnopqrstuvwxyz";
  for (const letter of letters) for (const line of [slow, dead]) line.outbox.send(frame(letter));
  truly(slow.sent.length < 10, slow.sent);
  for (let n = 0; n < 200 && slow.sent.length < letters.length; n++, await soon(1)) slow.read();
  equal(slow.sent, letters);
  slow.read();
  await soon(50);
  slow.outbox.send("last");
  equal([slow.sent, slow.outbox.isBehind, dead.outbox.isBehind], [`${letters}l`, false, true]);
  dead.outbox.drop();
  // The pump rests when nobody is behind any more.
  await soon(50);
});
