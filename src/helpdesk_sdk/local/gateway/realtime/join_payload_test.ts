import { bindingProblem, readJoin, readReplay, withIds } from "./join_payload.ts";
import { equal, truly } from "../testing.ts";

Deno.test("nothing asked for is a public channel with everything off", () => {
  for (const payload of [{}, null, "x", [], { config: null }, { config: { broadcast: 1, presence: [], private: 7 } }]) {
    const { presence, ...rest } = readJoin(payload);
    equal(rest, { isPrivate: false, ack: false, self: false, replicationReady: false, bindings: [], token: null });
    truly(!presence.enabled && presence.key.length === 36, "a key is made");
  }
});

Deno.test("yes may be text, in any case", () => {
  const config = {
    private: "TRUE",
    broadcast: { ack: "true", self: true, replication_ready: "True", replay: { since: 1 } },
    presence: { key: "me", enabled: "true" },
  };
  const request = readJoin({ config });
  equal([request.isPrivate, request.ack, request.self, request.replicationReady], [true, true, true, true]);
  equal([request.presence, request.replay], [{ key: "me", enabled: true }, { since: 1 }]);
  equal(readJoin({ config: { private: "yes", broadcast: { ack: "false" } } }).isPrivate, false);
});

Deno.test("user_token wins over access_token; an opaque key says nothing", () => {
  const token = (payload: unknown) => readJoin(payload).token;
  equal(token({ access_token: "a" }), "a");
  equal(token({ access_token: "a", user_token: "u" }), "u");
  equal(token({ access_token: "a", user_token: null }), "a");
  equal(token({ access_token: "sb_publishable_x" }), null);
  equal(token({ access_token: 1 }), null);
});

Deno.test("a replay needs a time, and has at most 25 messages", () => {
  equal(readReplay({ since: 5 }), { since: 5, limit: 25 });
  equal(readReplay({ since: 5, limit: 3 }), { since: 5, limit: 3 });
  equal([readReplay({ since: 5, limit: 0 })!.limit, readReplay({ since: 5, limit: 99 })!.limit], [1, 25]);
  for (const asked of [{}, { since: "5" }, { since: 1.5 }, { since: 5, limit: "3" }, true]) {
    equal(readReplay(asked), null);
  }
});

Deno.test("bindings come back as they were, each with an id of its own", () => {
  const bindings = [{ event: "*", schema: "public" }, { schema: "public", event: "*" }, {
    event: "INSERT",
    table: "T",
  }];
  const [one, same, other] = withIds(bindings);
  equal(Object.keys(one!), ["event", "schema", "id"]);
  equal(one!.id, same!.id);
  truly(one!.id !== other!.id && (one!.id as number) > 0 && Number.isInteger(other!.id), "ids are whole and differ");
  equal(withIds([bindings[2]!])[0]!.id, other!.id);
});

Deno.test("what is no binding is dropped", () => {
  equal(readJoin({ config: { postgres_changes: [null, {}, 1, [], { schema: "s" }] } }).bindings, [{}, { schema: "s" }]);
  equal(readJoin({ config: { postgres_changes: { schema: "s" } } }).bindings, []);
});

Deno.test("the reason why a table's changes do not arrive names what was asked for", () => {
  const parameters = (binding: Record<string, unknown>) => bindingProblem(binding).replace(/^.*?: \[/s, "[");
  equal(
    parameters({ event: "insert", schema: "public", table: "t" }),
    "[event: INSERT, schema: public, table: t, filters: [], select: nil]",
  );
  equal(
    bindingProblem({ event: "odd", table: "t", filter: "id=eq.1" }),
    "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect " +
      'parameters: [event: *, schema: public, table: t, filters: [{"id", "eq", "1"}], select: nil]',
  );
  truly(bindingProblem({ event: "*" }).startsWith("No subscription params provided."), "neither schema nor table");
});
