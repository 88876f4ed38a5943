import { Presences } from "./presence.ts";
import { equal, truly } from "../testing.ts";

Deno.test("who begins to track joins, and is part of the state", () => {
  const presences = new Presences<string>();
  const diff = presences.track("ann", "tab", { name: "Ann" })!;
  equal(diff.leaves, {});
  equal(diff.joins.ann!.metas.map(({ phx_ref: _, ...fields }) => fields), [{ name: "Ann" }]);
  equal(presences.state(), diff.joins);
});

Deno.test("an update leaves with the old ref and joins with the new one", () => {
  const presences = new Presences<string>();
  const before = presences.track("ann", "tab", { state: "viewing" })!.joins.ann!.metas[0]!;
  const diff = presences.track("ann", "tab", { state: "typing" })!;
  const after = diff.joins.ann!.metas[0]!;
  equal(diff.leaves, { ann: { metas: [before] } });
  equal([after.state, after.phx_ref_prev], ["typing", before.phx_ref]);
  truly(after.phx_ref !== before.phx_ref, "a new ref");
});

Deno.test("the same payload again is no change, in whatever order its keys are", () => {
  const presences = new Presences<string>();
  presences.track("ann", "tab", { a: 1, b: { c: 2, d: 3 } });
  equal(presences.track("ann", "tab", { b: { d: 3, c: 2 }, a: 1 }), null);
  presences.track("ann", "tab", { a: 2 });
  equal(presences.track("ann", "tab", { a: 2 }), null);
});

Deno.test("one key on several sockets has several metas, and leaves one by one", () => {
  const presences = new Presences<string>();
  presences.track("ann", "tab 1", { n: 1 });
  presences.track("ann", "tab 2", { n: 2 });
  equal(presences.state().ann!.metas.map((meta) => meta.n), [1, 2]);
  equal(presences.untrack("ann", "tab 1")!.leaves.ann!.metas.map((meta) => meta.n), [1]);
  equal(presences.state().ann!.metas.map((meta) => meta.n), [2]);
  presences.untrack("ann", "tab 2");
  truly(presences.isEmpty, "nobody is left");
});

Deno.test("who does not track cannot leave", () => {
  equal(new Presences<string>().untrack("ann", "tab"), null);
});

Deno.test("a client cannot choose its refs, nor a key that is special to JavaScript", () => {
  const presences = new Presences<string>();
  const diff = presences.track("__proto__", "tab", { phx_ref: "mine", phx_ref_prev: "mine too" })!;
  const text = JSON.stringify(diff);
  truly(text.includes('"__proto__"') && !text.includes("mine"), text);
});
