import type { SharedFrame } from "./frames.ts";
import { SharedFrame as Frame } from "./frames.ts";
import { type RoomMember, Rooms } from "./room.ts";
import { assert, assertEquals } from "../testing.ts";

class Listener implements RoomMember {
  readonly got: string[] = [];

  constructor(readonly mayReadBroadcast = true, readonly mayReadPresence = true) {}

  receive(frame: SharedFrame): void {
    this.got.push(JSON.parse(frame.forVersion(1) as string).payload.event);
  }

  receivePresence(frame: SharedFrame): void {
    const { joins, leaves } = JSON.parse(frame.forVersion(1) as string).payload;
    this.got.push(`+${Object.keys(joins)} -${Object.keys(leaves)}`);
  }
}

const frame = (event: string) => Frame.text("realtime:r", "broadcast", { type: "broadcast", event, payload: {} });

Deno.test("a public and a private room of one name are separate", () => {
  const rooms = new Rooms();
  const [open, closed] = [new Listener(), new Listener()];
  rooms.enter("r", false, open).broadcast(frame("before"));
  rooms.enter("r", true, closed);
  rooms.find("r", true)!.broadcast(frame("private"));
  rooms.find("r", false)!.broadcast(frame("public"));
  rooms.find("r", true)!.track("key", closed, {});
  assertEquals([open.got, closed.got], [["before", "public"], ["private", "+key -"]]);
});

Deno.test("a topic may begin with private: or public:", () => {
  const rooms = new Rooms();
  rooms.enter("private:r", false, new Listener());
  assertEquals([rooms.find("r", true), rooms.find("private:r", true)], [undefined, undefined]);
});

Deno.test("members without read permission receive nothing, and a sender does not receive its own messages", () => {
  const rooms = new Rooms();
  const [sender, reader, watcher] = [new Listener(), new Listener(true, false), new Listener(false, true)];
  for (const one of [sender, reader, watcher]) rooms.enter("r", true, one);
  rooms.find("r", true)!.broadcast(frame("hi"), sender);
  rooms.find("r", true)!.track("key", sender, {});
  assertEquals([sender.got, reader.got, watcher.got], [["+key -"], ["hi"], ["+key -"]]);
});

Deno.test("a member that leaves is no longer present, and the last member closes the room", () => {
  const rooms = new Rooms();
  const [ann, ben] = [new Listener(), new Listener()];
  rooms.enter("r", false, ann).track("ann", ann, {});
  rooms.enter("r", false, ben);
  rooms.leave("r", false, "ann", ann);
  assertEquals(ben.got, ["+ -ann"]);
  rooms.leave("r", false, "ann", ann);
  assertEquals(ben.got.length, 1);
  rooms.leave("r", false, "ben", ben);
  assertEquals(rooms.find("r", false), undefined);
});

Deno.test("a member may leave while it receives a frame", () => {
  const rooms = new Rooms();
  const other = new Listener();
  const leaver = new class extends Listener {
    override receive(frame: SharedFrame): void {
      super.receive(frame);
      rooms.leave("r", false, "key", this);
    }
  }();
  rooms.enter("r", false, leaver).track("key", leaver, {});
  rooms.enter("r", false, other);
  rooms.find("r", false)!.broadcast(frame("one"));
  rooms.find("r", false)!.broadcast(frame("two"));
  assertEquals(leaver.got, ["+key -", "one"]);
  assert(other.got.includes("+ -key") && other.got.includes("one") && other.got.includes("two"), other.got.join());
});
