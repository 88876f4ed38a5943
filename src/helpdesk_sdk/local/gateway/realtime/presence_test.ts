import { PresenceMap } from "./presence.ts";
import { assert, assertEquals } from "../testing.ts";

Deno.test("a channel that begins to track joins and is part of the state", () => {
  const presences = new PresenceMap<string>();
  const diff = presences.track("ann", "tab", { name: "Ann" })!;
  assertEquals(diff.leaves, {});
  assertEquals(diff.joins.ann!.metas.map(({ phx_ref: _, ...fields }) => fields), [{ name: "Ann" }]);
  assertEquals(presences.state(), diff.joins);
});

Deno.test("an update leaves with the old ref and joins with a new ref", () => {
  const presences = new PresenceMap<string>();
  const before = presences.track("ann", "tab", { state: "viewing" })!.joins.ann!.metas[0]!;
  const diff = presences.track("ann", "tab", { state: "typing" })!;
  const after = diff.joins.ann!.metas[0]!;
  assertEquals(diff.leaves, { ann: { metas: [before] } });
  assertEquals([after.state, after.phx_ref_prev], ["typing", before.phx_ref]);
  assert(after.phx_ref !== before.phx_ref, "a new ref");
});

Deno.test("the same payload is no change, in any order of its keys", () => {
  const presences = new PresenceMap<string>();
  presences.track("ann", "tab", { a: 1, b: { c: 2, d: 3 } });
  assertEquals(presences.track("ann", "tab", { b: { d: 3, c: 2 }, a: 1 }), null);
  presences.track("ann", "tab", { a: 2 });
  assertEquals(presences.track("ann", "tab", { a: 2 }), null);
});

Deno.test("a key on several sockets has several metas, which leave one by one", () => {
  const presences = new PresenceMap<string>();
  presences.track("ann", "tab 1", { n: 1 });
  presences.track("ann", "tab 2", { n: 2 });
  assertEquals(presences.state().ann!.metas.map((meta) => meta.n), [1, 2]);
  assertEquals(presences.untrack("ann", "tab 1")!.leaves.ann!.metas.map((meta) => meta.n), [1]);
  assertEquals(presences.state().ann!.metas.map((meta) => meta.n), [2]);
  presences.untrack("ann", "tab 2");
  assert(presences.isEmpty, "nobody is left");
});

Deno.test("a channel that does not track cannot leave", () => {
  assertEquals(new PresenceMap<string>().untrack("ann", "tab"), null);
});

Deno.test("a client cannot choose its refs, nor a key that is special to JavaScript", () => {
  const presences = new PresenceMap<string>();
  const diff = presences.track("__proto__", "tab", { phx_ref: "mine", phx_ref_prev: "mine too" })!;
  const text = JSON.stringify(diff);
  assert(text.includes('"__proto__"') && !text.includes("mine"), text);
});
