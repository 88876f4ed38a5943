import type { Shared } from "./frames.ts";
import { Shared as Frame } from "./frames.ts";
import { type Member, Rooms } from "./room.ts";
import { equal, truly } from "../testing.ts";

class Listener implements Member {
  readonly got: string[] = [];

  constructor(readonly mayReadBroadcast = true, readonly mayReadPresence = true) {}

  receive(frame: Shared): void {
    this.got.push(JSON.parse(frame.as(1) as string).payload.event);
  }

  receivePresence(frame: Shared): void {
    const { joins, leaves } = JSON.parse(frame.as(1) as string).payload;
    this.got.push(`+${Object.keys(joins)} -${Object.keys(leaves)}`);
  }
}

const frame = (event: string) => Frame.text("realtime:r", "broadcast", { type: "broadcast", event, payload: {} });

Deno.test("nothing crosses between the public and the private room of one name", () => {
  const rooms = new Rooms();
  const [open, closed] = [new Listener(), new Listener()];
  rooms.enter("r", false, open).broadcast(frame("before"));
  rooms.enter("r", true, closed);
  rooms.find("r", true)!.broadcast(frame("private"));
  rooms.find("r", false)!.broadcast(frame("public"));
  rooms.find("r", true)!.track("key", closed, {});
  equal([open.got, closed.got], [["before", "public"], ["private", "+key -"]]);
});

Deno.test("a topic that begins like a room's kind is a topic all the same", () => {
  const rooms = new Rooms();
  rooms.enter("private:r", false, new Listener());
  equal([rooms.find("r", true), rooms.find("private:r", true)], [undefined, undefined]);
});

Deno.test("who may not read gets nothing, and who sends only what others send", () => {
  const rooms = new Rooms();
  const [sender, reader, watcher] = [new Listener(), new Listener(true, false), new Listener(false, true)];
  for (const one of [sender, reader, watcher]) rooms.enter("r", true, one);
  rooms.find("r", true)!.broadcast(frame("hi"), sender);
  rooms.find("r", true)!.track("key", sender, {});
  equal([sender.got, reader.got, watcher.got], [["+key -"], ["hi"], ["+key -"]]);
});

Deno.test("who leaves is not present any more, and the last one closes the room", () => {
  const rooms = new Rooms();
  const [ann, ben] = [new Listener(), new Listener()];
  rooms.enter("r", false, ann).track("ann", ann, {});
  rooms.enter("r", false, ben);
  rooms.leave("r", false, "ann", ann);
  equal(ben.got, ["+ -ann"]);
  rooms.leave("r", false, "ann", ann);
  equal(ben.got.length, 1);
  rooms.leave("r", false, "ben", ben);
  equal(rooms.find("r", false), undefined);
});

Deno.test("a member may leave while it is told something", () => {
  const rooms = new Rooms();
  const other = new Listener();
  const leaver = new class extends Listener {
    override receive(frame: Shared): void {
      super.receive(frame);
      rooms.leave("r", false, "key", this);
    }
  }();
  rooms.enter("r", false, leaver).track("key", leaver, {});
  rooms.enter("r", false, other);
  rooms.find("r", false)!.broadcast(frame("one"));
  rooms.find("r", false)!.broadcast(frame("two"));
  equal(leaver.got, ["+key -", "one"]);
  truly(other.got.includes("+ -key") && other.got.includes("one") && other.got.includes("two"), other.got.join());
});
